import { BrokerError } from '../../errors.ts';
import type { Job } from '../../jobs/job.ts';
import type { Issuance } from '../../ledger/issuance.ts';
import { trailHolds } from '../../ledger/trail.ts';
import type { ObservationRecord, ObservedCall } from '../correlation/observation-record.ts';
import { observationIdOfSession } from '../correlation/observation-record.ts';
import { judgeSessions, type Observation } from '../session-verdict.ts';
import type { AttemptStory, IssuanceStory, RequestView } from './audit-api.ts';
import type { AuditStore } from './audit-store.ts';
import { observationIds } from './find-records.ts';
import { AUDITED_ATTRIBUTES } from './ledger-attributes.ts';
import type { LedgerRecord } from './read-record.ts';
import { readRecords } from './read-views.ts';
import { sessionPolicyOf } from './session-policy-view.ts';
import { type DecisionGrounds, decisionOf } from './story-decision.ts';
import { stepsOf } from './story-steps.ts';
import { unknownsOf } from './story-unknowns.ts';
import { announcement, type Judging, verdictsOfObservation } from './verdicts-of-observation.ts';
import { issuanceView, viewOf } from './view-of-record.ts';

export type StoryGrounds = DecisionGrounds & {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly partition: string;
};

export type Story = Omit<IssuanceStory, 'currency' | 'cost'>;

type Telling = Judging & { readonly store: AuditStore; readonly grounds: StoryGrounds };

/** The whole story of one issuance, read by key and consistently. Undefined when there is no such issuance. */
export async function tellIssuance(issuanceId: string, telling: Telling): Promise<Story | undefined> {
  const { store, nowMs, grounds } = telling;
  const issuance = (await readRecords([issuanceId], store, AUDITED_ATTRIBUTES)).get(issuanceId);
  if (issuance === undefined) return undefined;
  if (issuance.recordType !== 'issuance') {
    throw new BrokerError('store.itemInvalid', `the record ${issuanceId} of the ledger cannot be read`);
  }
  const [records, settings] = await Promise.all([
    readRecords([issuance.requestId, ...observationIds(issuance)], store, AUDITED_ATTRIBUTES),
    store.readSettings(issuance.tenantId),
  ]);
  const request = records.get(issuance.requestId);
  const observations = [...records.values()].filter((record) => record.recordType === 'observation');
  const attempts = attemptStories(issuance, observations, telling);
  const denials = observations
    .filter(({ sessionName }) => sessionName === undefined)
    .flatMap((denial) => verdictsOfObservation(denial, issuance, telling));
  const asked = request?.recordType === 'request' ? request : undefined;
  const policy = sessionPolicyOf(issuance, { ...grounds, job: grounds.jobs.get(issuance.job), settings });
  return {
    issuance: issuanceView(issuance, nowMs),
    ...requestOf(request, telling),
    decision: decisionOf(issuance, asked, grounds),
    attempts,
    trail: issuance.trail,
    trailHolds: holds(issuance),
    steps: stepsOf({ issuance, request: asked, attempts, denials, nowMs }),
    ...(policy === undefined ? {} : { sessionPolicy: policy }),
    unknowns: unknownsOf(issuance, attempts),
  };
}

function attemptStories(
  issuance: Issuance,
  observations: readonly ObservationRecord[],
  judging: Judging,
): readonly AttemptStory[] {
  const byId = new Map(observations.map((observation) => [observation.recordId, observation]));
  return issuance.attempts.map((attempt) => {
    const seen = byId.get(observationIdOfSession(attempt.sessionName));
    const calls = seen?.calls ?? [];
    const session = announcement(attempt.sessionName, issuance, judging)?.session;
    return {
      attempt,
      verdict: judgeSessions(session, calls.flatMap(sessionSeen), judging.nowMs).announced,
      observed: seen === undefined ? [] : verdictsOfObservation(seen, issuance, judging),
    };
  });
}

/** The call as an observation of a session, where it made one. */
function sessionSeen(call: ObservedCall): readonly Observation[] {
  const { roleArn, accessKeyId } = call;
  return roleArn === undefined || accessKeyId === undefined ? [] : [{ ...call, roleArn, accessKeyId }];
}

function requestOf(request: LedgerRecord | undefined, judging: Judging): { readonly request?: RequestView } {
  if (request?.recordType !== 'request') return {};
  const view = viewOf(request, judging);
  return view.recordType === 'request' ? { request: view } : {};
}

/** Whether the trail is unbroken and ends with the entry on which every write was conditional. */
function holds({ trail, trailHead, recordId }: Issuance): boolean {
  return trailHolds(trail, recordId) && trail.at(-1)?.hash === trailHead;
}
