import * as v from 'valibot';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { trailHolds } from '../../../lib/ledger/trail.ts';
import type { DemoWorld } from '../../../local/demo/demo-world.ts';
import { readLedger } from '../../../local/demo/read-outcome.ts';

/** How things stand with what one event asked for, by the ledger, CloudTrail, and the calls that were seen. */
export type Standing = {
  /** `nothing`: the ledger has no issuance. */
  readonly state: Issuance['state'] | 'nothing';
  /** The entries of the trail. */
  readonly trail: readonly string[];
  /** What became of each attempt, with the code where there is one. */
  readonly attempts: readonly string[];
  /** By CloudTrail. A call that was throttled is not in it. */
  readonly assumeRoleCalls: number;
  /** How often a job began its work with credentials of this issuance. */
  readonly runs: number;
  /** How often a job was refused its claim. */
  readonly claimsRefused: number;
  /** How often the sweeper put the issuance back on the queue. */
  readonly handedBack: number;
};

export type ReadStanding = (eventId: string) => Promise<Standing>;

export const NOTHING: Standing = {
  state: 'nothing',
  trail: [],
  attempts: [],
  assumeRoleCalls: 0,
  runs: 0,
  claimsRefused: 0,
  handedBack: 0,
};

/** Delivered by the first attempt, and waiting for its claim. */
export const DELIVERED: Standing = {
  ...NOTHING,
  state: 'issued',
  trail: ['intended', 'issued'],
  attempts: ['issued'],
  assumeRoleCalls: 1,
};
export const COMPLETED: Standing = { ...DELIVERED, state: 'completed', runs: 1 };

/** Watches the stack from now on, to tell later how things stand. */
export function watchStandings(world: DemoWorld): ReadStanding {
  const listings: string[] = [];
  const handBacks: string[] = [];
  const refusals: string[] = [];
  world.stack.onFunctionLog(({ line }) => {
    if (line.includes('"event":"claim.refused"')) refusals.push(line);
  });
  world.stack.onCall(({ service, action, call, errorCode }) => {
    if (errorCode !== undefined) return;
    if (service === 's3' && action === 'ListBuckets') listings.push(call.caller.accessKeyId);
    const isSweeper = call.caller.principalArn.endsWith('-sweep-issuances');
    if (action === 'SendMessage' && isSweeper) handBacks.push(String(call.input['MessageBody']));
  });
  return async (eventId) => {
    const { requests, issuances } = await readLedger(world.dynamo, world.tables.ledger);
    const request = requests.find(({ origin }) => origin.eventId === eventId);
    const issuance = issuances.find(({ requestId }) => requestId === request?.recordId);
    if (issuance === undefined) return NOTHING;
    if (!trailHolds(issuance.trail, issuance.recordId)) throw new Error(`the trail of ${issuance.recordId} is broken`);
    const keys = sessionsOf(issuance, world);
    return {
      state: issuance.state,
      trail: issuance.trail.map(({ type }) => type),
      attempts: issuance.attempts.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`)),
      assumeRoleCalls: keys.length,
      runs: listings.filter((key) => keys.includes(key)).length,
      claimsRefused: refusals.filter((line) => line.includes(issuance.recordId)).length,
      handedBack: handBacks.filter((body) => body.includes(issuance.recordId)).length,
    };
  };
}

const recordSchema = v.object({
  requestID: v.string(),
  requestParameters: v.nullable(v.object({ roleSessionName: v.string() })),
  responseElements: v.nullable(v.object({ credentials: v.object({ accessKeyId: v.string() }) })),
});

/**
 * The access key of each AssumeRole call that was made for this issuance; none for one that was denied. CloudTrail does
 * not say what a denied call asked for, so that one is found by its request id.
 */
function sessionsOf({ recordId, attempts }: Issuance, world: DemoWorld): readonly (string | undefined)[] {
  const records = world.assumeRoleCalls().map((record) => v.parse(recordSchema, record));
  return records
    .filter(
      ({ requestID, requestParameters }) =>
        requestParameters?.roleSessionName.startsWith(`${recordId}.`) === true ||
        attempts.some(({ stsRequestId }) => stsRequestId === requestID),
    )
    .map(({ responseElements }) => responseElements?.credentials.accessKeyId);
}
