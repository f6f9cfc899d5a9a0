import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { makeArchive } from './aws-stack/make-archive.ts';
import { makeBus } from './aws-stack/make-bus.ts';
import { makeTable } from './aws-stack/make-table.ts';
import { watchTrails } from './aws-stack/watch-trails.ts';
import type { Account, Connection, Ground, Keys } from './ground.ts';
import type { AwsOptions } from './live-options.ts';
import { createRemovals } from './removals.ts';

/** What the parts of the stack are made from, before there is all of it. */
export type Place = Pick<
  Ground,
  'where' | 'region' | 'otherRegion' | 'suffix' | 'accounts' | 'removals' | 'nowMs' | 'pass'
>;
export type AwsGround = Ground & { close(): Promise<void> };

/** Two regions that no account has to switch on. */
const REGIONS = ['us-east-1', 'eu-west-1'] as const;

/** Makes a small stack in two accounts. When a part of it cannot be made, what was made is removed again. */
export async function makeAwsGround(options: AwsOptions): Promise<AwsGround> {
  const place = await makePlace(options);
  try {
    const tableName = await makeTable(place);
    const recordOf = await watchTrails(place);
    const bus = await makeBus(place);
    const archive = await makeArchive(place);
    return { ...place, tableName, recordOf, bus, archive, close: async () => undefined };
  } catch (error) {
    const left = await place.removals.run();
    const told = left.length === 0 ? 'everything that was made is removed' : `remove by hand: ${left.join('; ')}`;
    throw new Error(`the stack of the checks could not be made; ${told}`, { cause: error });
  }
}

async function makePlace({ brokerProfile, tenantProfile, region }: AwsOptions): Promise<Place> {
  const broker = await accountOf(brokerProfile, region);
  const tenant = await accountOf(tenantProfile, region);
  if (broker.accountId === tenant.accountId) throw new Error('both profiles are of one account: two are needed');
  const pass = (milliseconds: number) => sleep(Math.max(0, milliseconds));
  return {
    where: 'aws',
    region,
    otherRegion: REGIONS.find((one) => one !== region) ?? REGIONS[0],
    suffix: randomBytes(4).toString('hex'),
    accounts: { broker, tenant },
    removals: createRemovals(pass),
    nowMs: Date.now,
    pass,
  };
}

/** The SDK's own reading of a profile: single sign-on, roles and processes included. */
async function accountOf(profile: string, region: string): Promise<Account> {
  const sts = new STSClient({ profile, region });
  const credentials = async (): Promise<Keys> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await sts.config.credentials();
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  };
  const { Account: accountId } = await sts.send(new GetCallerIdentityCommand({}));
  if (accountId === undefined) throw new Error(`STS does not say of which account ${profile} is`);
  const administrator: Connection & { readonly credentials: () => Promise<Keys> } = { region, credentials };
  return { accountId, administrator };
}
