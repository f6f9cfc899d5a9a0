import type { Issuance } from '../../ledger/issuance.ts';
import type { RequestRecord } from '../../ledger/request-record.ts';
import type { TrailEntry, TrailType } from '../../ledger/trail.ts';
import type { AttemptStory, JudgedCallView, StoryStep } from './audit-api.ts';

export type StoryParts = {
  readonly issuance: Issuance;
  readonly request: RequestRecord | undefined;
  readonly attempts: readonly AttemptStory[];
  /** Denied calls of ours that CloudTrail showed. */
  readonly denials: readonly JudgedCallView[];
  readonly nowMs: number;
};

/** Everything that happened, in the order of time, each step with the source that knows of it. */
export function stepsOf({ issuance, request, attempts, denials, nowMs }: StoryParts): readonly StoryStep[] {
  const steps = [
    ...requestSteps(request),
    ...issuance.trail.map(trailStep),
    ...jobSteps(issuance),
    ...fenceSteps(issuance, nowMs),
    ...attempts.flatMap(({ attempt, observed }) => observed.map((call) => seenStep(call, attempt.sessionName))),
    ...denials.map((call) => seenStep(call, undefined)),
  ];
  // Sorting is stable: at the same instant, a cause stands before its effect.
  return steps
    .map((step) => ({ step, orderMs: orderOf(step, issuance.trail) }))
    .sort((left, right) => left.orderMs - right.orderMs)
    .map(({ step }) => step);
}

/**
 * CloudTrail cuts times down to the second: a call that was announced within that second was made after the
 * announcement.
 */
function orderOf({ source, atMs }: StoryStep, trail: readonly TrailEntry[]): number {
  if (source !== 'cloudtrail') return atMs;
  const announced = trail.findLast(({ type, atMs: announcedAtMs }) => {
    return (type === 'intended' || type === 'called') && announcedAtMs > atMs && announcedAtMs < atMs + 1_000;
  });
  return announced?.atMs ?? atMs;
}

type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

function step(of: Pick<StoryStep, 'atMs' | 'source' | 'title'>, facts: Facts): StoryStep {
  const known = Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact] as const]));
  return { ...of, facts: Object.fromEntries(known) };
}

function requestSteps(request: RequestRecord | undefined): readonly StoryStep[] {
  if (request === undefined) return [];
  const { origin, recordedAtMs, requester, caller, reason, decision, refusal, rerunOf, hops, idempotencyKey } = request;
  const { kind, ...from } = origin;
  const { timeMs, ...who } = { timeMs: undefined, ...from };
  const asked = { kind, ...who, caller, reason, rerunOf, hops, idempotencyKey };
  const decided = { requestId: request.recordId, requester, decision, code: refusal?.reason };
  return [
    ...(timeMs === undefined ? [] : [step({ atMs: timeMs, source: 'request', title: 'asked' }, asked)]),
    step({ atMs: recordedAtMs, source: 'broker', title: 'recorded and decided' }, decided),
  ];
}

type Telling = Pick<StoryStep, 'source' | 'title'>;

const TOLD = {
  refused: { source: 'broker', title: 'refused' },
  intended: { source: 'broker', title: 'intent recorded' },
  called: { source: 'broker', title: 'another call announced' },
  issued: { source: 'sts', title: 'session issued' },
  denied: { source: 'sts', title: 'denied' },
  failed: { source: 'broker', title: 'failed' },
  revoked: { source: 'broker', title: 'revoked' },
  released: { source: 'broker', title: 'handed to the sweeper' },
  leaseExpired: { source: 'sweeper', title: 'its owner went silent' },
  undelivered: { source: 'broker', title: 'session dropped: it could not be delivered' },
  ticketRemoved: { source: 'sweeper', title: 'ticket removed: it was not claimed in time' },
  expired: { source: 'sweeper', title: 'expired' },
  unknown: { source: 'sweeper', title: 'claimed and silent past the fence' },
  settled: { source: 'sweeper', title: 'report bound into the trail' },
} as const satisfies Readonly<Record<TrailType, Telling>>;

function trailStep(entry: TrailEntry): StoryStep {
  const { type, atMs, sequence: _sequence, previousHash: _previous, hash: _hash, owner: _owner, ...facts } = entry;
  return step({ atMs, ...TOLD[type] }, facts);
}

function jobSteps(issuance: Issuance): readonly StoryStep[] {
  const { claim, report } = { claim: undefined, report: undefined, ...issuance };
  const claimed = claim === undefined ? [] : [claimStep(claim)];
  if (report === undefined) return claimed;
  const { atMs, outcome, ...facts } = report;
  return [
    ...claimed,
    step({ atMs, source: 'job', title: outcome === 'completed' ? 'completed' : 'reported a failure' }, facts),
  ];
}

function claimStep({
  atMs,
  ...facts
}: {
  readonly atMs: number;
  readonly attempt: number;
  readonly by: string;
}): StoryStep {
  return step({ atMs, source: 'job', title: 'envelope claimed and opened' }, facts);
}

/** Only fences that have passed: where a session may still be used, `unknowns` says until when. */
function fenceSteps({ attempts }: Issuance, nowMs: number): readonly StoryStep[] {
  return attempts.flatMap(({ attempt, outcome, fenceMs }) => {
    if (outcome !== 'issued' || fenceMs === undefined || fenceMs > nowMs) return [];
    return [
      step({ atMs: fenceMs, source: 'broker', title: 'fence: the session may do nothing from here' }, { attempt }),
    ];
  });
}

function seenStep(call: JudgedCallView, sessionName: string | undefined): StoryStep {
  const { atMs, ...facts } = call;
  const title = call.errorCode === undefined ? 'session seen by CloudTrail' : 'denial seen by CloudTrail';
  return step({ atMs, source: 'cloudtrail', title }, { sessionName, ...facts });
}
