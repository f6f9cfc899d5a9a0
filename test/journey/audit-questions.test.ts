import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IssuanceStory } from '../../lib/audit/questions/audit-api.ts';
import { receiptPageBytes } from '../../lib/audit/receipts/receipt.ts';
import { AUDIT_FUNCTION, type AuditClient, auditClientOver } from '../../lib/client/audit-client.ts';
import { makeFunctionUrlClient } from '../../lib/client/function-url-client.ts';
import { makeRequestClient } from '../../lib/client/request-client.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';

const PREFIX = 'credential-broker-local';
let stack: LocalStack;
let audit: AuditClient;
let issuanceId = '';
let story: IssuanceStory;

beforeAll(async () => {
  stack = await startLocalStack();
  audit = await auditorAs('auditor');
  const { region, credentials } = await stack.profile('support-tool');
  const url = `${stack.endpoint}/_url/${PREFIX}-request-job`;
  const support = makeRequestClient({ url, region, credentials: async () => credentials });
  const asked = { tenantId: 'acme', job: 'scan-account', reason: 'TICKET-7' };
  const answer = await support.requestJob(asked, { waitSeconds: 20 });
  if ('issuances' in answer) issuanceId = answer.issuances?.[0]?.issuanceId ?? '';
  await stack.idle();
  story = await audit.call('GET /issuances/:issuanceId', { params: { issuanceId } });
}, 60_000);
afterAll(() => stack.close());

async function auditorAs(profile: string): Promise<AuditClient> {
  const { region, credentials } = await stack.profile(profile);
  const url = `${stack.endpoint}/_url/${PREFIX}-${AUDIT_FUNCTION}`;
  return auditClientOver(makeFunctionUrlClient({ url, region, credentials: async () => credentials }));
}

describe('on the embedded stack, an auditor', () => {
  it('is told the story of an issuance, its session policy to the letter', () => {
    expect(story).toMatchObject({
      issuance: { tenantId: 'acme', state: 'completed' },
      request: { reason: 'TICKET-7', decision: 'allowed' },
      decision: { decided: 'allowed', rule: 'requester support-tool' },
      trailHolds: true,
      sessionPolicy: { certainty: 'exact' },
      currency: { reads: 'consistent' },
    });
    const sources = story.steps.map(({ source }) => source);
    expect(sources).toEqual(expect.arrayContaining(['request', 'broker', 'sts', 'job']));
    expect(story.decision.explanation).toContain("Today's configuration has it so");
    expect(story.cost.readUnits).toBeGreaterThan(0);
  });

  it('finds it by its access key, its session name and its STS request', async () => {
    const [attempt] = story.issuance.attempts;
    const { accessKeyId = '', sessionName = '', stsRequestId = '' } = attempt ?? {};
    const found = await Promise.all([
      audit.call('GET /access-keys/:accessKeyId', { params: { accessKeyId } }),
      audit.call('GET /sessions/:sessionName', { params: { sessionName } }),
      audit.call('GET /sts-requests/:stsRequestId', { params: { stsRequestId } }),
    ]);
    for (const { records } of found) {
      expect(records).toContainEqual(expect.objectContaining({ recordType: 'issuance', issuanceId }));
      expect(records).toContainEqual(expect.objectContaining({ recordType: 'request', reason: 'TICKET-7' }));
    }
  });

  it('finds it in each list, and among the sessions that live', async () => {
    const day = new Date(story.issuance.recordedAtMs).toISOString().slice(0, 10);
    const lists = await Promise.all([
      audit.call('GET /tenants/:tenantId/records', { params: { tenantId: 'acme' } }),
      audit.call('GET /accounts/:accountId/records', { params: { accountId: '222222222222' } }),
      audit.call('GET /requesters/:requester/records', { params: { requester: 'support-tool' } }),
      audit.call('GET /jobs/:job/records', { params: { job: 'scan-account' }, query: { state: 'completed' } }),
      audit.call('GET /days/:day/records', { params: { day } }),
      audit.call('GET /live-sessions'),
    ]);
    for (const { records } of lists) expect(records).toContainEqual(expect.objectContaining({ issuanceId }));
    const other = await audit.call('GET /exceptions/:exception/records', { params: { exception: 'denied' } });
    expect(other.records).toEqual([]);
  });

  it('gets receipts that the published key has signed', async () => {
    stack.advance(30);
    const { signed, cursor } = await audit.call('GET /tenants/:tenantId/receipts', { params: { tenantId: 'acme' } });
    const { keys } = await audit.call('GET /signing-keys');
    const published = keys.find(({ use }) => use === 'receipts');
    const publicKey = createPublicKey(published?.publicKeyPem ?? '');
    const signature = Buffer.from(signed.signature.value, 'base64');
    expect(verify('sha256', receiptPageBytes(signed.page), publicKey, signature)).toBe(true);
    expect(cursor).toBeUndefined();
    expect(signed.page).toMatchObject({
      tenantId: 'acme',
      isLast: true,
      callerRoleArns: expect.arrayContaining([`arn:aws:iam::111111111111:role/${PREFIX}-issue-credentials`]),
      receipts: [{ recordId: issuanceId, outcome: 'issued', reason: 'TICKET-7' }],
    });
  });
});

describe('on the embedded stack, whoever is no auditor', () => {
  it.each(['operator', 'stranger', 'support-tool'])('is not answered: %s', async (profile) => {
    const client = await auditorAs(profile);
    await expect(client.call('GET /signing-keys')).rejects.toMatchObject({ status: 403 });
  });
});
