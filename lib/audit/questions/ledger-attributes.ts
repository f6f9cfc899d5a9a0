import { issuanceSchema } from '../../ledger/issuance.ts';
import { requestRecordSchema } from '../../ledger/request-record.ts';
import { strangersRecordSchema } from '../../ledger/strangers-record.ts';
import { probeRecordSchema } from '../../probes/probe-record.ts';
import { pointerRecordSchema } from '../archive/telling/pointer-record.ts';
import { observationRecordSchema } from '../correlation/observation-record.ts';

/**
 * The attributes of a record that the audit reads: every attribute of every kind, except tickets. By IAM,
 * `answer-audit-query` may read these and no others (`config/resources/roles/answer-audit-query.yml`).
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

/** Lists leave out the input of jobs: a hundred inputs would be more than one answer may hold. */
export const LISTED_ATTRIBUTES: readonly string[] = AUDITED_ATTRIBUTES.filter((name) => name !== 'input');
