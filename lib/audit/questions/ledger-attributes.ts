import { issuanceSchema } from '../../ledger/issuance.ts';
import { requestRecordSchema } from '../../ledger/request-record.ts';
import { strangersRecordSchema } from '../../ledger/strangers-record.ts';
import { probeRecordSchema } from '../../probes/probe-record.ts';
import { pointerRecordSchema } from '../archive/telling/pointer-record.ts';
import { observationRecordSchema } from '../correlation/observation-record.ts';

/**
 * What the audit reads of a record: every attribute of every kind, but for tickets. `answer-audit-query` may read these and
 * no others by IAM (`config/resources/roles/answer-audit-query.yml`).
 */
export const AUDITED_ATTRIBUTES: readonly string[] = [
  ...new Set(
    [
      ...issuanceSchema.options,
      requestRecordSchema,
      strangersRecordSchema,
      probeRecordSchema,
      observationRecordSchema,
      pointerRecordSchema,
    ].flatMap(({ entries }) => Object.keys(entries)),
  ),
]
  .filter((name) => name !== 'ticket')
  .sort();

/** In lists without what jobs were given: a hundred of them would be more than one answer may hold. */
export const LISTED_ATTRIBUTES: readonly string[] = AUDITED_ATTRIBUTES.filter((name) => name !== 'input');
