import { verify } from 'node:crypto';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReceiptPage, receiptPageBytes, signedReceiptPageSchema } from '../../../../lib/audit/receipts/receipt.ts';
import { denied } from '../../../../lib/ledger/issuance-endings.ts';
import { leaseExpired } from '../../../../lib/ledger/issuance-transitions.ts';
import { sha256Hex } from '../../../../lib/platform/ids.ts';
import { openProbe } from '../../../../lib/probes/probe-record.ts';
import { BROKER_ACCOUNT } from '../../../support/a-tenant.ts';
import { type Answered, type AuditWorld, auditWorld, RECEIPTS_KEY } from '../../../support/audit-world.ts';
import { accessKeyOf, completedFor, intendedFor, issuedFor, requestFor } from '../../../support/audited-records.ts';
import { countingIds } from '../../../support/counting-ids.ts';
import { withTables } from '../../../support/dynamo-tables.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

const HOUR = 3_600_000;
const dynamo = withTables();
let world: AuditWorld;
const earlier = (ms: number) => ({ atMs: START_MS - HOUR + ms });

beforeAll(() => {
  world = auditWorld(dynamo.client());
});

const pageOf = ({ body }: Answered): ReceiptPage => v.parse(signedReceiptPageSchema, body.signed).page;
function holds({ body }: Answered): boolean {
  const { page, signature } = v.parse(signedReceiptPageSchema, body.signed);
  const publicKey = world.kms.publicKeyOf(RECEIPTS_KEY);
  return verify('sha256', receiptPageBytes(page), publicKey, Buffer.from(signature.value, 'base64'));
}

describe('receipts', () => {
  const probe = (probed: 'rightExternalId', nowMs: number, accountId = '222222222222') => {
    const order = { tenantId: 'told', accountId, roleArn: `arn:aws:iam::${accountId}:role/x`, probe: probed };
    return openProbe(order, { by: 'verify-trust', ids: countingIds(), nowMs });
  };

  it('tell of every call in the tenant’s accounts, each by what became of it', async () => {
    const of = (ms: number) => ({ tenantId: 'told', ...earlier(ms) });
    await world.setSettings('told', { 'scan-account': {} });
    await world.put(requestFor('done', of(0)), completedFor('done', of(1)));
    const no = { code: 'sts.denied', stsRequestId: 'sts-no', atMs: START_MS } as const;
    await world.put(denied(intendedFor('no', of(2)), no), leaseExpired(intendedFor('lost', of(3)), START_MS));
    const accepted = { outcome: 'accepted', lastAccessKeyId: 'ASIAPROBE', calledAtMs: START_MS } as const;
    await world.put({ ...probe('rightExternalId', START_MS - HOUR + 4), ...accepted });
    // Becoming the decoy is recorded under a tenant, and is nothing of its own.
    const decoy = {
      ...probe('rightExternalId', START_MS, BROKER_ACCOUNT),
      probe: 'assumeDecoy',
      recordId: `probe_${'d'.repeat(32)}`,
    };
    await world.put({ ...decoy, recordedAtMs: START_MS - HOUR + 5 });
    await world.put(completedFor('others', { tenantId: 'other', ...earlier(0) }));

    const answer = await world.ask('/tenants/told/receipts');
    expect(answer.status).toBe(200);
    const { receipts, ...page } = pageOf(answer);
    expect(page).toMatchObject({
      version: 1,
      deploymentId: 'test1',
      brokerAccountId: BROKER_ACCOUNT,
      tenantId: 'told',
    });
    expect(page).toMatchObject({
      page: 0,
      previousSha256: '0'.repeat(64),
      isLast: true,
      madeAtMs: START_MS,
      fromMs: 0,
    });
    expect(page.toMs).toBe(START_MS - 10_000);
    expect(receipts.map(({ kind, outcome, accessKeyId }) => [kind, outcome, accessKeyId])).toEqual([
      ['issuance', 'issued', accessKeyOf('done')],
      ['issuance', 'denied', undefined],
      ['issuance', 'unknown', undefined],
      ['probe', 'issued', 'ASIAPROBE'],
    ]);
    expect(receipts[0]).toMatchObject({ reason: 'nightly', requester: 'scans', job: 'scan-account', attempt: 1 });
    expect(receipts[0]?.allowedActions).toContain('s3:ListAllMyBuckets');
    expect(receipts[3]?.allowedActions).toEqual([]);
    expect(holds(answer)).toBe(true);
    expect(JSON.stringify(answer.body)).not.toMatch(/cb-secret|externalId"|other/);
  });

  it('are signed page by page, each bound to the one before', async () => {
    const of = (ms: number) => ({ tenantId: 'paged', ...earlier(ms) });
    for (let index = 0; index < 230; index += 1) await world.put(issuedFor(`paged-${index}`, of(index)));
    const asked = { from: String(START_MS - HOUR), to: String(START_MS - HOUR + 225) };
    const pages = await world.askAll('/tenants/paged/receipts', asked);
    expect(pages.map((page) => pageOf(page).receipts.length)).toEqual([100, 100, 25]);
    expect(pages.map((page) => [pageOf(page).page, pageOf(page).isLast])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(pages.every(holds)).toBe(true);
    const hashes = pages.map((page) => sha256Hex(receiptPageBytes(pageOf(page)).toString('utf8')));
    expect(pages.map((page) => pageOf(page).previousSha256)).toEqual(['0'.repeat(64), ...hashes.slice(0, -1)]);
    const names = pages.flatMap((page) => pageOf(page).receipts.map(({ recordId }) => recordId));
    expect(new Set(names).size).toBe(225);
  });

  it('keep the end of the first page for all of them, also when nobody named one', async () => {
    for (let index = 0; index < 101; index += 1) {
      await world.put(issuedFor(`ended-${index}`, { tenantId: 'ended', ...earlier(index) }));
    }
    const first = await world.ask('/tenants/ended/receipts');
    await world.put(issuedFor('ended-new', { tenantId: 'ended', atMs: START_MS - 5_000 }));
    world.clock.advance(HOUR);
    const second = await world.ask('/tenants/ended/receipts', { cursor: first.body.cursor });
    world.clock.set(START_MS);
    expect(pageOf(second)).toMatchObject({ toMs: pageOf(first).toMs, isLast: true });
    expect(pageOf(second).receipts).toHaveLength(1);
  });

  it('of nothing are a page that says so', async () => {
    const answer = await world.ask('/tenants/silent/receipts');
    expect(pageOf(answer)).toMatchObject({ receipts: [], isLast: true });
    expect(holds(answer)).toBe(true);
  });

  it('cannot be made to vanish by a job that spoils its record', async () => {
    const spoilt = completedFor('spoilt', { tenantId: 'spoilt', ...earlier(0) });
    await world.put({ ...spoilt, state: 'never', report: 'x'.repeat(1_000), claim: 7 });
    expect(pageOf(await world.ask('/tenants/spoilt/receipts')).receipts).toHaveLength(1);
  });

  it('are not signed over a record that cannot be read', async () => {
    await world.put({ ...completedFor('broken', { tenantId: 'broken', ...earlier(0) }), attempts: 'none' });
    const signed = world.kms.signatures();
    const { status, body } = await world.ask('/tenants/broken/receipts');
    expect([status, body.error.code]).toEqual([500, 'store.itemInvalid']);
    expect(world.kms.signatures()).toBe(signed);
  });

  it.each([
    { to: String(START_MS - 1_000) },
    { to: String(START_MS + HOUR) },
    { from: '2031-05-02', to: '2031-05-01' },
    { from: String(START_MS + HOUR) },
  ])('are not signed for a time that is not over: %o', async (range) => {
    const { status, body } = await world.ask('/tenants/told/receipts', range);
    expect([status, body.error.code]).toEqual([400, 'request.fieldInvalid']);
  });
});

describe('the signing keys', () => {
  it('are shown with their fingerprints, one for each use', async () => {
    const { body } = await world.ask('/signing-keys');
    expect(body.keys.map(({ use }: { use: string }) => use)).toEqual(['digests', 'receipts']);
    for (const { publicKeyPem, fingerprint } of body.keys) {
      expect(publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
      expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('say only that KMS did not answer, when it did not', async () => {
    const broken = auditWorld(dynamo.client());
    broken.kms.break();
    for (const path of ['/signing-keys', '/tenants/told/receipts']) {
      const { status, body } = await broken.ask(path);
      expect([status, body.error.code]).toEqual([503, 'audit.notSigned']);
      expect(JSON.stringify(body)).not.toContain('arn:aws:kms');
    }
  });
});
