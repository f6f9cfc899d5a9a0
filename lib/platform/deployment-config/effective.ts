import { callsPerMinuteOf } from '../../limits/limit-settings.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { pathOf } from './describe-problem.ts';
import { type SettingText, settingTexts } from './settings.ts';

/** One setting as it is in force. */
export type EffectiveSetting = {
  /** `requesters[0].name`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** Undefined where there is none: `text.leftOut` says what holds then. */
  readonly value: unknown;
  readonly text: SettingText;
  /** What follows from other settings where this one is left out. */
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

/** Its place in the list, where it is in one; sorting keeps the order of all else. */
function itemOf({ keys: [, item] }: EffectiveSetting): number {
  return typeof item === 'number' ? item : 0;
}

const CALLS = 'limits.perTenant.callsPerMinute';

type Place = { readonly keys: readonly (string | number)[]; readonly value: unknown };

/** Where a pattern leads: once, or for each item of the lists on its way. */
function placesOf(value: unknown, [step, ...rest]: readonly string[], keys: Place['keys']): readonly Place[] {
  if (step === undefined) return [{ keys, value }];
  if (step === '[]') {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.flatMap((item, index) => placesOf(item, rest, [...keys, index]));
  }
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
  // Of the ways to be recognised a requester has one: the settings of the others are none of it.
  if (member === undefined && keys.at(-1) === 'recognisedBy') return [];
  return placesOf(member, rest, [...keys, step]);
}

/** Shown by what is in it. An empty list has nothing in it to show. */
function holdsMappings(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? typeof value[0] === 'object' : true;
}
