import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import type { ProbeLedger } from '../../lib/probes/probe-ledger.ts';
import { openProbe, type ProbeRecord } from '../../lib/probes/probe-record.ts';
import { START_MS } from '../support/frozen-clock.ts';

const order = {
  tenantId: 'acme',
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  probe: 'noExternalId',
} as const;

export function aProbe(): ProbeRecord {
  return openProbe(order, { by: 'verify-trust', ids: systemIds, nowMs: START_MS });
}

export function accepted(record: ProbeRecord): ProbeRecord {
  return {
    ...record,
    outcome: 'accepted',
    answeredAtMs: START_MS + 5,
    lastAccessKeyId: 'ASIAEXAMPLEEXAMPLE01',
    lastStsRequestId: 'sts-1',
    expiresAtMs: START_MS + 900_000,
  };
}

function denied(record: ProbeRecord): ProbeRecord {
  return { ...record, outcome: 'denied', answeredAtMs: START_MS + 5, code: 'sts.denied', lastStsRequestId: 'sts-2' };
}

/** What every store of probes must do. */
export function probeLedgerContract(name: string, make: () => ProbeLedger): void {
  describe(`the records of probes ${name}`, () => {
    let probes: ProbeLedger;
    beforeEach(() => {
      probes = make();
    });

    async function started() {
      const record = { ...aProbe(), calledAtMs: START_MS };
      expect(await probes.open(record)).toBe(true);
      return record;
    }

    it('know nothing of what was not written', async () => {
      expect(await probes.read('probe_none')).toBeUndefined();
    });

    it('give a probe back as it was opened, and say so again to who did it', async () => {
      const record = aProbe();
      expect(await probes.open(record)).toBe(true);
      expect(await probes.read(record.recordId)).toEqual(record);
      expect(await probes.open(record)).toBe(true);
      expect(await probes.open({ ...record, tenantId: 'globex' })).toBe(false);
      expect(await probes.read(record.recordId)).toEqual(record);
    });

    it.each([['accepted', accepted] as const, ['denied', denied] as const])('keep that it was %s', async (_, close) => {
      const after = close(await started());
      expect(await probes.close(after)).toBe(true);
      expect(await probes.read(after.recordId)).toEqual(after);
      expect(await probes.close(after)).toBe(true);
    });

    it('never change an outcome', async () => {
      const record = await started();
      const first = accepted(record);
      await probes.close(first);
      expect(await probes.close(denied(record))).toBe(false);
      expect(await probes.start(record, START_MS + 1)).toBe(false);
      expect(await probes.read(record.recordId)).toEqual(first);
    });

    it('keep one of many outcomes that come at once', async () => {
      const record = await started();
      const many = Array.from({ length: 10 }, (_, index) => ({
        ...accepted(record),
        lastStsRequestId: `sts-${index}`,
      }));
      const won = await Promise.all(many.map((one) => probes.close(one)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await probes.read(record.recordId)).toEqual(many[won.indexOf(true)]);
    });

    it('give the one call of a record to one of many', async () => {
      const record = aProbe();
      await probes.open(record);
      const won = await Promise.all(Array.from({ length: 10 }, (_, index) => probes.start(record, START_MS + index)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await probes.read(record.recordId)).toEqual({ ...record, calledAtMs: START_MS + won.indexOf(true) });
    });

    it('take no call and no outcome for a probe that is not there', async () => {
      const record = { ...aProbe(), calledAtMs: START_MS };
      expect(await probes.start(record, START_MS)).toBe(false);
      expect(await probes.close(accepted(record))).toBe(false);
      expect(await probes.read(record.recordId)).toBeUndefined();
    });

    it('take no outcome for a call that was not announced, or not by this one', async () => {
      const record = aProbe();
      await probes.open(record);
      expect(await probes.close(accepted({ ...record, calledAtMs: START_MS }))).toBe(false);
      await probes.start(record, START_MS + 1);
      expect(await probes.close(accepted({ ...record, calledAtMs: START_MS }))).toBe(false);
      expect(await probes.close(accepted({ ...record, calledAtMs: START_MS + 1 }))).toBe(true);
    });

    it.each([
      ['a secret', { secretAccessKey: 'canary' }],
      ['an external ID', { externalId: 'cb-test1-x' }],
      ['a message', { code: 'AccessDenied: not authorized to perform sts:AssumeRole' }],
      ['another kind of id', { recordId: 'req_a' }],
      ['another probe', { probe: 'guess' }],
    ])('refuse %s', async (_, extra) => {
      const record = { ...aProbe(), ...extra } as ProbeRecord;
      await expect(probes.open(record)).rejects.toMatchObject({ code: 'store.itemInvalid' });
      await expect(probes.close(record)).rejects.toMatchObject({ code: 'store.itemInvalid' });
      expect(await probes.read(record.recordId)).toBeUndefined();
    });
  });
}
