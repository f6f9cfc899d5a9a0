import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { parse, stringify } from 'yaml';
import { projectRoot } from '../stage-config.ts';
import type { DeployedTemplate, TemplateResource } from './deployed-template.ts';
import { consequenceOf, isPinnedType, REPLACING_PROPERTIES } from './replacing-properties.ts';

const pin = v.strictObject({
  type: v.string(),
  /** Whether the resource is kept when it leaves the stack. */
  kept: v.boolean(),
  /**
   * The properties that CloudFormation cannot change without replacing the resource; `<stage>` stands for the stage.
   */
  fixed: v.record(v.string(), v.unknown()),
  /** The resource comes and leaves with a setting of `hardening`; while it exists, it is not replaced. */
  withHardening: v.exactOptional(v.literal(true)),
});
export type Pin = v.InferOutput<typeof pin>;
/** By logical id: the resources that a deployment never renames, replaces or removes. */
export type Pins = Readonly<Record<string, Pin>>;

export type PinProblem = {
  readonly logicalId: string;
  /** `new` is no danger: it is a resource that nobody has pinned yet. */
  readonly kind: 'gone' | 'changed' | 'new';
  /** What differs, and what that would do to those who rely on the resource. */
  readonly what: string;
};

export const PINS_FILE = path.join(projectRoot, 'config', 'deploy', 'pinned-resources.yml');

const HEADING = `# cspell:disable
# What a deployment never renames, replaces or removes, by logical id (docs/deploying.md). What is new is pinned by
# \`npx vitest run test/architecture/never-replaced.test.ts -u\`, which changes and removes nothing that stands here: that is
# done by hand, in a commit that says what becomes of those who rely on it.
`;

export function readPins(file: string = PINS_FILE): Pins {
  return v.parse(v.record(v.string(), pin), parse(readFileSync(file, 'utf8')));
}

/** The text of the file of pins. */
export function pinsText(pins: Pins): string {
  const sorted = Object.entries(pins).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `${HEADING}${stringify(Object.fromEntries(sorted), { lineWidth: 0 })}`;
}

/** Everything in a packaged template that must be pinned. */
export function pinsOf({ Resources }: DeployedTemplate, stage: string): Pins {
  const pinned = Object.entries(Resources).filter(([id, resource]) => isPinnedType(id, resource));
  return Object.fromEntries(pinned.map(([id, resource]) => [id, pinOf(resource, stage)]));
}

/** The pins, and what the template has beyond them: resources, and attributes of tables. No pin is changed. */
export function withNewPins(pins: Pins, found: Pins): Pins {
  const known = Object.entries(pins).map(([id, pinned]) => {
    const [was, is] = [attributesOf(pinned), attributesOf(found[id])];
    if (was === undefined && is === undefined) return [id, pinned] as const;
    return [id, { ...pinned, fixed: { ...pinned.fixed, [ATTRIBUTES]: { ...is, ...was } } }] as const;
  });
  return { ...found, ...Object.fromEntries(known) };
}

/** What a packaged template would do to the pinned resources. Resources that are only new come last. */
export function problemsWithPins(template: DeployedTemplate, stage: string, pins: Pins): readonly PinProblem[] {
  const found = Object.entries(pins).flatMap(([logicalId, pinned]) => {
    const resource = template.Resources[logicalId];
    if (resource === undefined && pinned.withHardening) return [];
    const [kind, problems]: readonly [PinProblem['kind'], readonly string[]] =
      resource === undefined
        ? ['gone', [`${pinned.type} is not in the template`]]
        : ['changed', differences(pinned, pinOf(resource, stage))];
    return problems.map((what) => ({ logicalId, kind, what: `${what}. ${consequenceOf(logicalId, pinned)}` }));
  });
  const news = Object.entries(pinsOf(template, stage)).filter(([id]) => !Object.hasOwn(pins, id));
  return [
    ...found,
    ...news.map(([logicalId, { type }]) => ({ logicalId, kind: 'new' as const, what: `${type} is not pinned yet` })),
  ];
}

function pinOf(resource: TemplateResource, stage: string): Pin {
  const { Type: type, DeletionPolicy, UpdateReplacePolicy, Properties } = resource;
  const names = REPLACING_PROPERTIES[type] ?? [];
  const fixed = names
    .filter((name) => Object.hasOwn(Properties, name))
    .map((name) => [name, name === ATTRIBUTES ? typesByName(Properties[name]) : Properties[name]] as const);
  return {
    type,
    kept: DeletionPolicy === 'Retain' && UpdateReplacePolicy === 'Retain',
    fixed: v.parse(v.record(v.string(), v.unknown()), withoutStage(Object.fromEntries(fixed), stage)),
  };
}

function differences(was: Pin, is: Pin): readonly string[] {
  if (was.type !== is.type) return [`is ${is.type} and was ${was.type}`];
  const names = [...new Set([...Object.keys(was.fixed), ...Object.keys(is.fixed)])];
  const changed = names.filter((name) => name !== ATTRIBUTES && !isDeepStrictEqual(was.fixed[name], is.fixed[name]));
  return [
    ...changedTypes(attributesOf(was), attributesOf(is)),
    ...changed.map((name) => `${name} is ${inWords(is.fixed[name])} and was ${inWords(was.fixed[name])}`),
    ...(was.kept && !is.kept
      ? ['would be deleted with its stack: DeletionPolicy and UpdateReplacePolicy must be Retain']
      : []),
  ];
}

/** The attributes of a table's key and of its indexes, which come and go. Another type of one is another table. */
const ATTRIBUTES = 'AttributeDefinitions';
const attributeTypes = v.record(v.string(), v.string());
const definitions = v.array(v.object({ AttributeName: v.string(), AttributeType: v.string() }));

function typesByName(written: unknown): v.InferOutput<typeof attributeTypes> {
  const types = v.parse(definitions, written).map((one) => [one.AttributeName, one.AttributeType] as const);
  return Object.fromEntries(types.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function attributesOf(pinned: Pin | undefined): v.InferOutput<typeof attributeTypes> | undefined {
  return v.parse(v.optional(attributeTypes), pinned?.fixed[ATTRIBUTES]);
}

function changedTypes(
  was: v.InferOutput<typeof attributeTypes> = {},
  is: v.InferOutput<typeof attributeTypes> = {},
): readonly string[] {
  const changed = Object.entries(was).filter(([name, type]) => is[name] !== undefined && is[name] !== type);
  return changed.map(([name, type]) => `the attribute ${name} is of type ${is[name]} and was of type ${type}`);
}

function inWords(value: unknown): string {
  return value === undefined ? 'left out' : JSON.stringify(value);
}

/** One file of pins serves every stage: the stage's name occurs only in names. */
function withoutStage(value: unknown, stage: string): unknown {
  const own = new RegExp(`credential-broker-${stage}(?![a-z0-9])`, 'g');
  return JSON.parse(JSON.stringify(value).replaceAll(own, 'credential-broker-<stage>'));
}
