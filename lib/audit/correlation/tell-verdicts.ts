import type { TellOnBus } from '../../platform/broker-events.ts';
import { derivedId } from '../../platform/ids.ts';
import type { Transition, TransitionLog } from '../../platform/transition-log.ts';
import type { StrayReason } from '../session-verdict.ts';
import type { JudgedCall, JudgedRecord } from './judge-record.ts';
import type { ObservationRecord } from './observation-record.ts';

export type TellDependencies = { readonly log: TransitionLog; readonly tell: TellOnBus };

const WHY: Readonly<Record<StrayReason, string>> = {
  nameUnknown: 'no attempt and no probe bears the session name',
  otherCaller: 'another function than the one that was to call made the call',
  otherRole: 'another role was assumed than the one that was announced',
  otherKey: 'another session than the one that was given was made under the name',
  outsideCall: 'the session was made before the call was announced, or after it was over',
  noSessionMade: 'the call was answered, and made no session',
  secondSession: 'a second session was made under the name of a lost one',
  callUnknown: 'a call was denied that nobody recorded',
};

/**
 * Reports one stray: a log line for an alarm, and an event on the bus. `alertId` is the same each time the same stray
 * is reported, so that a receiver recognises a second report after a crash in between. Throws `store.unavailable` where
 * the bus did not accept the event.
 */
export async function tellStray(
  { recordId, sessionName, of }: Pick<ObservationRecord, 'recordId' | 'sessionName'> & { readonly of?: string },
  stray: JudgedCall,
  { log, tell }: TellDependencies,
): Promise<void> {
  const { why = 'nameUnknown', stsRequestId, accessKeyId, roleArn, callerRoleArn, atMs } = stray;
  const denied = stray.errorCode !== undefined;
  log.transition({
    ...lineOf(stray, { of, sessionName }),
    transition: denied ? 'session.deniedStray' : 'session.stray',
    explanation: WHY[why],
  });
  const detail = { sessionName, accessKeyId, roleArn, callerRoleArn, errorCode: stray.errorCode, recordId: of };
  await tell({
    detailType: denied ? 'DeniedCallStray' : 'SessionStray',
    detail: {
      alertId: derivedId(['stray', recordId, stsRequestId]),
      observationId: recordId,
      why,
      stsRequestId,
      atMs,
      ...Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined)),
    },
  });
}

/** Logs one line for each call whose verdict is final and that is no stray. */
export function logVerdicts(
  { sessionName }: Pick<ObservationRecord, 'sessionName'>,
  { of }: JudgedRecord,
  calls: readonly JudgedCall[],
  { log }: Pick<TellDependencies, 'log'>,
): void {
  for (const call of calls) {
    if (call.verdict === 'stray' || call.verdict === 'awaited') continue;
    const transition = call.errorCode === undefined ? VERDICT_LINES[call.verdict] : DENIAL_LINES[call.verdict];
    log.transition({ ...lineOf(call, { of, sessionName }), transition });
  }
}

const VERDICT_LINES = { matched: 'session.matched', late: 'session.late', explained: 'session.explained' } as const;
const DENIAL_LINES = { matched: 'denial.matched', late: 'denial.matched', explained: 'denial.explained' } as const;

function lineOf(
  { stsRequestId, accessKeyId, roleArn }: JudgedCall,
  { of, sessionName }: { readonly of?: string | undefined; readonly sessionName?: string | undefined },
): Omit<Transition, 'transition'> {
  const accountId = roleArn?.split(':')[4];
  return {
    stsRequestId,
    ...(of === undefined ? {} : { issuanceId: of }),
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}
