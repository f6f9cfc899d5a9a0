import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readStageConfig } from '../../config/stage-config.ts';
import { readAccountsFile } from '../accounts/accounts-file.ts';
import { loadAccounts } from '../accounts/load-accounts.ts';
import { createStackClock } from '../clock.ts';
import { createCloudTrailFile } from '../cloudtrail/cloudtrail-file.ts';
import type { CloudTrailRecord } from '../cloudtrail/cloudtrail-record.ts';
import { createAuthorize } from '../iam/authorize.ts';
import { createIdentityStore } from '../iam/identity-store.ts';
import { systemIds } from '../ids.ts';
import type { FunctionLogLine } from '../lambda/log-lines.ts';
import { createBucketStore } from '../s3/bucket-store.ts';
import type { StackHome } from '../stack-home.ts';
import type { Cleanups } from './cleanups.ts';
import { type AnsweredCall, createDeferredServices, type DeferredServices } from './deferred-services.ts';
import { createFaults } from './faults.ts';
import { createListeners, type Listeners } from './listeners.ts';
import type { StackOptions } from './stack-options.ts';

export type StackBase = Awaited<ReturnType<typeof prepareStack>>;

/** Makes everything that exists before the port is known: clock, accounts, identities, files. */
export async function prepareStack(options: StackOptions, cleanups: Cleanups) {
  const accounts = await readAccountsFile(options.accountsFile);
  const { partition, homeRegion: region } = readStageConfig({ stage: options.stage ?? 'local' });
  const home: StackHome = { partition, region, accountId: accounts.brokerAccount };
  const dataDir = await openDataDir(options.dataDir, cleanups);
  const clock = createStackClock();
  const identities = createIdentityStore({ clock, ids: systemIds, partition });
  const buckets = createBucketStore({ clock });
  loadAccounts(accounts, { store: identities, buckets });
  const stopping = new AbortController();
  cleanups.add(() => stopping.abort());
  const calls: Listeners<AnsweredCall> = createListeners();
  const functionLines: Listeners<FunctionLogLine> = createListeners();
  const faults = createFaults();
  const deferred: DeferredServices = createDeferredServices(calls.tell, faults);
  const cloudTrailFile = path.join(dataDir, 'cloudtrail.jsonl');
  const writeRecord = createCloudTrailFile(cloudTrailFile);
  const records: Listeners<CloudTrailRecord> = createListeners();
  return {
    accounts,
    home,
    dataDir,
    clock,
    identities,
    buckets,
    calls,
    functionLines,
    deferred,
    faults,
    cloudTrailFile,
    records,
    recordCloudTrail(record: CloudTrailRecord) {
      writeRecord(record);
      records.tell(record);
    },
    authorize: createAuthorize({ clock }),
    stopping: stopping.signal,
    log: options.log ?? (() => undefined),
  };
}

async function openDataDir(given: string | undefined, cleanups: Cleanups): Promise<string> {
  if (given !== undefined) {
    await mkdir(given, { recursive: true, mode: 0o700 });
    return given;
  }
  const made = await mkdtemp(path.join(tmpdir(), 'credential-broker-'));
  cleanups.add(() => rm(made, { recursive: true, force: true }));
  return made;
}
