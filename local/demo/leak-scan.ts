import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { formsOf } from '../../lib/job-runtime/holds-secret.ts';
import type { DemoWorld } from './demo-world.ts';
import { textOfObject } from './object-text.ts';

export type LeakScan = {
  readonly places: readonly { readonly name: string; readonly items: number; readonly bytes: number }[];
  readonly secrets: number;
  readonly hits: number;
};

type Place = { readonly name: string; readonly texts: readonly string[]; readonly mayHoldExternalIds: boolean };

/**
 * Searches everything that the broker leaves behind for secrets in the wrong place. External IDs belong in the registry
 * of tenants; a secret key or a session token belongs nowhere.
 */
export async function scanForSecrets(world: DemoWorld): Promise<LeakScan> {
  const places = [...(await tables(world)), queues(world), logs(world), await archive(world)];
  const sessionSecrets = world.sessionSecrets();
  const externalIds = await readExternalIds(world);
  const hits = places.map(({ texts, mayHoldExternalIds }) => {
    const wanted = mayHoldExternalIds ? sessionSecrets : [...sessionSecrets, ...externalIds];
    const forms = wanted.flatMap((secret) => [...formsOf(secret), Buffer.from(secret, 'utf8').toString('hex')]);
    return texts.filter((text) => forms.some((form) => text.includes(form))).length;
  });
  return {
    places: places.map(({ name, texts }) => ({
      name,
      items: texts.length,
      bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    })),
    secrets: sessionSecrets.length + externalIds.length,
    hits: hits.reduce((sum, count) => sum + count, 0),
  };
}

async function tables({ dynamo, tables: names }: DemoWorld): Promise<readonly Place[]> {
  return Promise.all(
    Object.entries(names).map(async ([name, table]) => {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
      return { name: `table ${name}`, texts: Items.map(textOf), mayHoldExternalIds: name === 'tenants' };
    }),
  );
}

function queues({ messagesSeen }: DemoWorld): Place {
  return { name: 'queues, every message that was ever in one', texts: messagesSeen(), mayHoldExternalIds: false };
}

function logs({ logLines }: DemoWorld): Place {
  return { name: 'logs of all functions', texts: logLines(), mayHoldExternalIds: false };
}

async function archive({ auditor }: DemoWorld): Promise<Place> {
  const texts: string[] = [];
  for await (const { key } of auditor.archive.list()) texts.push(await textOfObject(auditor.archive, key));
  return { name: 'archive of the audit, every object', texts, mayHoldExternalIds: false };
}

async function readExternalIds({ dynamo, tables: names }: DemoWorld): Promise<readonly string[]> {
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: names.tenants, ConsistentRead: true }));
  return Items.flatMap(({ externalIds }) => Object.values<unknown>(externalIds ?? {})).filter(
    (id) => typeof id === 'string',
  );
}

/** An item as text, with its binary attributes in base64 and in hexadecimal. */
function textOf(item: unknown): string {
  return JSON.stringify(item, (_, value: unknown) =>
    value instanceof Uint8Array
      ? `${Buffer.from(value).toString('base64')} ${Buffer.from(value).toString('hex')}`
      : value,
  );
}
