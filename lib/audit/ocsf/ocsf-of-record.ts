import { assertNever } from '../../errors.ts';
import type { RecordView } from '../questions/audit-api.ts';
import type { OcsfEvent } from './ocsf-event.ts';
import { eventOfRefusal, eventOfRequest, eventOfStrangers, eventsOfObservation } from './ocsf-of-call.ts';
import { eventOfProbe, eventsOfAttempts } from './ocsf-of-session.ts';

/**
 * Turns a record of the audit into events for a SIEM: sessions that were asked of STS become Authentication, everything
 * else API Activity. A record without a readable shape yields no event.
 */
export function ocsfEventsOf(record: RecordView): readonly OcsfEvent[] {
  switch (record.recordType) {
    case 'issuance':
      return record.attempts.length === 0 ? [eventOfRefusal(record)] : eventsOfAttempts(record);
    case 'request':
      return [eventOfRequest(record)];
    case 'probe':
      return [eventOfProbe(record)];
    case 'strangers':
      return [eventOfStrangers(record)];
    case 'observation':
      return eventsOfObservation(record);
    case 'unreadable':
      return [];
    default:
      return assertNever(record);
  }
}
