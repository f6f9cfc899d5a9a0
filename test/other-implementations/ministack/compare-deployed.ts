import type { Deployment } from './deploy-template.ts';
import type { AwsPlace } from './query-protocol.ts';
import { CALLERS } from './read-back-callers.ts';
import { STORES } from './read-back-stores.ts';
import { type Deployed, isAsTemplate, type ReadBack } from './reading.ts';

/** How often a property was in the template, and where what was read back is something else. */
export type Compared = {
  /** `<type>.<property>` */
  readonly property: string;
  readonly inTemplate: number;
  /** Logical ids. */
  readonly lostIn: readonly string[];
};

const READ_BACK: ReadonlyMap<string, ReadBack> = new Map(Object.entries({ ...STORES, ...CALLERS }));

/** Reads every resource back whose type can be, and compares what was read with the template, property by property. */
export async function compareDeployed(deployment: Deployment, place: AwsPlace): Promise<readonly Compared[]> {
  const found = new Map<string, { inTemplate: number; lostIn: string[] }>();
  const idOf = (reference: unknown) => deployment.deployed.get(logicalId(reference)) ?? '';
  for (const [name, resource] of Object.entries(deployment.resources)) {
    const id = deployment.deployed.get(name);
    if (id === undefined) continue;
    for (const { property, kept } of await compareOne({ id, resource, place, idOf })) {
      const entry = found.get(property) ?? { inTemplate: 0, lostIn: [] };
      entry.inTemplate += 1;
      if (!kept) entry.lostIn.push(name);
      found.set(property, entry);
    }
  }
  return [...found].map(([property, entry]) => ({ property, ...entry })).toSorted(byProperty);
}

type OneCompared = { readonly property: string; readonly kept: boolean };

async function compareOne(deployed: Deployed): Promise<readonly OneCompared[]> {
  const { Type, Properties } = deployed.resource;
  const actual = await READ_BACK.get(Type)?.(deployed);
  if (actual === undefined) return [];
  return Object.entries(Properties)
    .filter(([name]) => Object.hasOwn(actual, name))
    .map(([name, wanted]) => ({ property: `${Type}.${name}`, kept: isAsTemplate(wanted, actual[name]) }));
}

/** Of `{"Ref": "X"}` or `{"Fn::GetAtt": ["X", "Arn"]}`; of a function, which is deployed by its name, also its ARN's. */
function logicalId(reference: unknown): string {
  const [, name = ''] = /^\{"(?:Ref|Fn::GetAtt)":(?:\[)?"([^".]+)/.exec(JSON.stringify(reference)) ?? [];
  return name;
}

function byProperty(left: Compared, right: Compared): number {
  return left.property < right.property ? -1 : 1;
}
