import { correlateFiles } from '../../lib/audit/log-files/correlate-files.ts';
import { isConsistent } from '../../lib/audit/log-files/files-correlation.ts';
import { readLogFiles } from '../../lib/audit/log-files/read-log-files.ts';
import { makeDirectorySource } from '../../lib/platform/directory-source.ts';
import type { DemoWorld } from './demo-world.ts';
import type { Narrator } from './narrator.ts';

/** The minimum age of the calls in receipts: an index may not have younger ones yet. */
const RECEIPTS_LAG_MS = 10_000;

/** Compares every AssumeRole of the stack's CloudTrail, from its events and from its file, with what was announced. */
export async function compareWithCloudTrail(
  tenantIds: readonly string[],
  world: DemoWorld,
  narrator: Narrator,
): Promise<void> {
  narrator.scene('Everything is held against CloudTrail');
  narrator.aside(
    'CloudTrail is AWS’s own record, here the stand-in’s. Each AssumeRole in it must be one that was announced before:',
  );
  narrator.aside('by the function that announced it, into that role, with the key that we were given.');
  tellVerdicts(world, narrator);
  await tellStrays(world, narrator);
  narrator.aside('The same from the log file alone, as each customer can do it with receipts that are signed:');
  await tellFile(tenantIds, world, narrator);
}

/** The verdicts of correlate-cloudtrail on the events, in the order in which they came. */
function tellVerdicts({ assumeRoleCalls, transitions }: DemoWorld, narrator: Narrator): void {
  const ids = [...new Set(assumeRoleCalls().map(({ requestID }) => requestID))];
  const told = transitions().filter(({ transition }) => /^(session|denial)\.matched$/.test(transition));
  const matched = new Set(told.map(({ details }) => details['stsRequestId']));
  const count = ids.filter((id) => matched.has(id)).length;
  const line = `${count} of ${ids.length} calls matched as they came, the denied ones too`;
  if (count === ids.length) narrator.good('matched', line);
  else narrator.bad('unmatched', line);
}

async function tellStrays({ auditor }: DemoWorld, narrator: Narrator): Promise<void> {
  const params = { exception: 'stray' };
  const { records } = await auditor.client.call('GET /exceptions/:exception/records', { params });
  const line = `${records.length} calls that nobody announced (broker audit exceptions stray)`;
  if (records.length === 0) narrator.good('strays', line);
  else narrator.bad('strays', line);
}

async function tellFile(tenantIds: readonly string[], world: DemoWorld, narrator: Narrator): Promise<void> {
  const toMs = world.stack.clock.nowMs() - RECEIPTS_LAG_MS;
  const pages = await Promise.all(tenantIds.map((tenantId) => world.auditor.receipts(tenantId, toMs)));
  const correlator = correlateFiles(pages.flat());
  const files = await readLogFiles({
    source: makeDirectorySource(world.stack.cloudTrailFile),
    onRecord: correlator.add,
    abortSignal: new AbortController().signal,
  });
  const correlation = correlator.result();
  const { receipts, strays, judged, calls } = correlation;
  const events = `${files.records} events in both accounts' copies`;
  narrator.fact('receipts', `${judged.length} of ${tenantIds.length} tenants, against the file's ${events}`);
  const sessions = `${receipts.matched} sessions and ${receipts.deniedSeen} denials are in both`;
  const line = `${sessions}, ${receipts.missing} are missing, ${strays.length} are strays`;
  const own = callsIntoOwnAccount(world);
  if (isConsistent(correlation) && files.problemCount === 0 && calls.elsewhere === own) narrator.good('agree', line);
  else narrator.bad('disagree', line);
  narrator.fact('', `${own} more: into the broker's own account, for its decoy, which is no customer's`);
}

function callsIntoOwnAccount({ assumeRoleCalls, brokerAccount }: DemoWorld): number {
  return assumeRoleCalls().filter(({ requestParameters }) =>
    String(requestParameters?.['roleArn']).startsWith(`arn:aws:iam::${brokerAccount}:`),
  ).length;
}
