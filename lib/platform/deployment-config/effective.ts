import { callsPerMinuteOf } from '../../limits/limit-settings.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { pathOf } from './describe-problem.ts';
import { type SettingText, settingTexts } from './settings.ts';

/** One setting with the value that is in force. */
export type EffectiveSetting = {
  /** Such as `requesters[0].name`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** Undefined where the setting has no value: `text.leftOut` says what holds then. */
  readonly value: unknown;
  readonly text: SettingText;
  /** The value that follows from other settings if this one is left out. */
  readonly derived?: unknown;
};

/** Every setting of a deployment, in the order in which they are described; lists of mappings item by item. */
export function effectiveSettings(config: DeploymentConfig): readonly EffectiveSetting[] {
  const settings = [...settingTexts].flatMap(([pattern, text]) => {
    const places = placesOf(config, pattern.replaceAll('[]', '.[]').split('.'), []);
    return places
      .filter(({ value }) => !holdsMappings(value))
      .map(({ keys, value }) => ({
        path: pathOf(keys),
        keys,
        value,
        text,
        ...(value === undefined && pattern === CALLS && { derived: callsPerMinuteOf(config.limits) }),
      }));
  });
  const groups = [...new Set(settings.map(({ keys }) => keys[0]))];
  return settings.toSorted(
    (left, right) => groups.indexOf(left.keys[0]) - groups.indexOf(right.keys[0]) || itemOf(left) - itemOf(right),
  );
}

/** The index of the setting in its list, if it is in one; the stable sort keeps all other settings in order. */
function itemOf({ keys: [, item] }: EffectiveSetting): number {
  return typeof item === 'number' ? item : 0;
}

const CALLS = 'limits.perTenant.callsPerMinute';

type Place = { readonly keys: readonly (string | number)[]; readonly value: unknown };

/** The places that a pattern matches: one, or one for each item of the lists along the path. */
function placesOf(value: unknown, [step, ...rest]: readonly string[], keys: Place['keys']): readonly Place[] {
  if (step === undefined) return [{ keys, value }];
  if (step === '[]') {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.flatMap((item, index) => placesOf(item, rest, [...keys, index]));
  }
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  // A requester is recognised in one way, so the settings of the other ways are left out.
  if (member === undefined && keys.at(-1) === 'recognisedBy') return [];
  return placesOf(member, rest, [...keys, step]);
}

/** A list of mappings is shown by its items. An empty list has no items to show. */
function holdsMappings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? typeof value[0] === 'object' : true;
}
