import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type ArchivedChange, archivedChangeSchema } from '../../../lib/audit/archive/archived-change.ts';
import { pointerRecord } from '../../../lib/audit/archive/telling/pointer-record.ts';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { leaseExpired, released, rescheduled } from '../../../lib/ledger/issuance-transitions.ts';
import { anIntended, anIssued, aRequest } from '../an-issuance.ts';
import { START_MS } from '../frozen-clock.ts';

/** The changes of one request and its issuance, in their order, as the archive takes them over; most end well. */
export function archivedLife(index: number): readonly ArchivedChange[] {
  const name = `life ${index}`;
  const tenantId = `tenant-${index % 5}`;
  const intended = { ...anIntended(name), tenantId };
  const handedBack = {
    code: 'sts.unavailable',
    resume: 'call',
    outcome: 'open',
    retryAtMs: START_MS + 60_000,
  } as const;
  const isHandedBack = index % 3 === 0;
  const open = isHandedBack ? released(intended, handedBack, START_MS) : intended;
  const issued = anIssued(open);
  const { ticket: _, ...kept } = issued;
  const claim = {
    atMs: START_MS + 1_000,
    attempt: 1,
    by: index % 50 === 0 ? 'journal é\u0001' : `the log of "${name}"`,
  };
  const report = { atMs: START_MS + 2_000, attempt: 1, outcome: 'completed', summary: '{"buckets":12}' } as const;
  const claimed: Issuance = { ...kept, state: 'claimed', claim };
  const completed: Issuance = { ...claimed, state: 'completed', report };
  const lost = leaseExpired(intended, START_MS + 45_000);
  // Of each change an image: none is ever left out.
  const delivered = isHandedBack ? [intended, open, kept, claimed] : [intended, kept, claimed, completed];
  const images = index % 7 === 0 ? [intended, lost, rescheduled(lost, START_MS + 90_000)] : delivered;
  const request = { ...aRequest(name), tenantId };
  const pointer = pointerRecord({ lastAccessKeyId: `ASIA${index}` }, { to: intended.recordId, nowMs: START_MS });
  return [request, ...images, pointer].map((record, step) =>
    changeOf(record, { position: index * 10 + step, isNew: step < 2 || record === pointer }),
  );
}

type Stored = { readonly recordId: string; readonly recordType: string };

/** The change that made this record, or made it so. */
export function changeOf(
  record: Stored,
  { position, isNew }: { readonly position: number; readonly isNew: boolean },
): ArchivedChange {
  const { tenantId, accountId, job } = Object.fromEntries(Object.entries(record));
  return v.parse(archivedChangeSchema, {
    version: 1,
    changeId: createHash('md5').update(`change ${position}`).digest('hex'),
    sequenceNumber: `${11_111_100_000_000_000_000n + BigInt(position)}`,
    changedAtMs: START_MS - (START_MS % 1_000),
    change: isNew ? 'INSERT' : 'MODIFY',
    recordId: record.recordId,
    recordType: record.recordType,
    ...(tenantId !== undefined && { tenantId }),
    ...(accountId !== undefined && { accountId }),
    ...(job !== undefined && { job }),
    findings: [],
    // Without what is undefined, as a table holds it.
    record: JSON.parse(JSON.stringify(record)),
  });
}
