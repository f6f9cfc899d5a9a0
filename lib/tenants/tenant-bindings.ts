import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { sha256Hex } from '../platform/ids.ts';
import { storeError } from '../platform/store-error.ts';
import { BINDING_RECORD, type BindingKind, bindingPartition } from '../platform/table-keys.ts';
import { makeExternalId } from './external-id.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { newWriteId } from './tenant-writes.ts';

/** Uniqueness items: one for each value, with the tenant that has it. They hold the value only as its SHA-256. */
const bindingSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.startsWith('binding#')),
  record: v.literal(BINDING_RECORD),
  owner: v.string(),
  /** A new id each time that the value is taken. */
  writeId: v.optional(v.string()),
});
export type Binding = v.InferOutput<typeof bindingSchema>;
export type Bound = { readonly kind: BindingKind; readonly value: string };

export async function readBinding(bound: Bound, { table }: RegistryDependencies): Promise<Binding | undefined> {
  const item = await table.read(keyOf(bound));
  try {
    return item === undefined ? undefined : v.parse(bindingSchema, item);
  } catch (error) {
    throw storeError(error, 'a binding');
  }
}

/** Binds the value to this tenant if the item is as it was read. False when it is not. */
export async function takeBinding(
  bound: Bound,
  { owner, before }: { readonly owner: string; readonly before: Binding | undefined },
  dependencies: RegistryDependencies,
): Promise<boolean> {
  const taken = { ...keyOf(bound), owner, writeId: newWriteId(dependencies) };
  if (await dependencies.table.putIf(taken, before)) return true;
  const there = await readBinding(bound, dependencies);
  // Written by us, with the answer lost.
  return there?.writeId === taken.writeId && there.owner === owner;
}

/** Frees the value, unless it was taken again since it was read. */
export async function releaseBinding(binding: Binding, { table }: RegistryDependencies): Promise<void> {
  await table.removeIf({ tenantId: binding.tenantId, record: BINDING_RECORD }, binding);
}

/** Makes an external ID that no tenant has or ever had. Undefined in a dedicated deployment, which has none. */
export async function newExternalId(tenantId: string, dependencies: RegistryDependencies): Promise<string | undefined> {
  const { config, ids } = dependencies;
  if (config.mode === 'dedicated') return undefined;
  const value = makeExternalId(config.deploymentId, ids);
  const bound = { kind: 'external-id', value } as const;
  const taken = await takeBinding(bound, { owner: tenantId, before: undefined }, dependencies);
  if (taken) return value;
  throw new BrokerError('internal', 'an external ID was made twice: the source of randomness is broken');
}

function keyOf({ kind, value }: Bound): Pick<Binding, 'tenantId' | 'record'> {
  return { tenantId: bindingPartition(kind, sha256Hex(value)), record: BINDING_RECORD };
}
