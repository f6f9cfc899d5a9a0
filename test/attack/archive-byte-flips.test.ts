import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { changeObject } from '../../lib/audit/archive/change-object.ts';
import { digestObject } from '../../lib/audit/archive/digests/digest-object.ts';
import { pointerRecord } from '../../lib/audit/archive/telling/pointer-record.ts';
import { merkleTree } from '../../lib/audit/merkle.ts';
import { makeTrailGrowth } from '../../lib/audit/verification/trail-growth.ts';
import type { Finding } from '../../lib/audit/verification/verification-finding.ts';
import { verifyObject } from '../../lib/audit/verification/verify-object.ts';
import { changeOf } from '../support/archive-world/archived-life.ts';
import { flipped } from '../support/archive-world/tampers.ts';
import { START_MS } from '../support/frozen-clock.ts';

const RECORDS = 1_000;

/** A log of a thousand records, each with what was signed of it. */
const log = Array.from({ length: RECORDS }, (_, index) => {
  const to = createHash('sha256').update(`${index}`).digest('hex').slice(0, 16);
  const change = changeOf(pointerRecord({ lastStsRequestId: to }, { to, nowMs: START_MS }), {
    position: index,
    isNew: true,
  });
  const { key, bytes } = changeObject([change], START_MS + index);
  const { object: entry, leaves } = digestObject(merkleTree(), key, bytes);
  return { key, bytes, entry, leaves, recordId: change.recordId };
});

it('finds every single byte of a thousand records that is another one, and names the record', {
  timeout: 120_000,
}, () => {
  const growth = makeTrailGrowth();
  let flips = 0;
  for (const { key, bytes, entry, leaves, recordId } of log) {
    for (let at = 0; at < bytes.length; at += 1) {
      const findings: Finding[] = [];
      const context = { report: (finding: Finding) => void findings.push(finding), growth };
      const tampered = flipped(bytes, at, flips);
      const object = { key, bytes: tampered, entry, leaves: () => leaves, isTrusted: true };
      if (verifyObject(object, context).isIntact) expect.unreachable(`byte ${at} of ${key}`);
      if (findings[0]?.recordId !== recordId) expect.unreachable(`byte ${at} of ${key} is not named as ${recordId}`);
      flips += 1;
    }
  }
  expect(flips).toBeGreaterThan(RECORDS * 300);
});
