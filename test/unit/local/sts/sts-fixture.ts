import type { CloudTrailRecord } from '../../../../local/cloudtrail/cloudtrail-record.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { createIdentityStore, type IdentityStore } from '../../../../local/iam/identity-store.ts';
import type { ConditionBlock, PolicyDocument, PolicyStatement } from '../../../../local/iam/policy-document.ts';
import { systemIds } from '../../../../local/ids.ts';
import type { ServiceAnswer } from '../../../../local/service.ts';
import { createStsService } from '../../../../local/sts/sts-service.ts';

export const NOW_MS = Date.parse('2026-11-21T10:00:00Z');
export const BROKER_ROLE = 'arn:aws:iam::111111111111:role/broker';
export const TENANT_ROLE = 'arn:aws:iam::222222222222:role/vendor/Audit';
export const EXTERNAL_ID = 'cb-local-0b8f';

type Input = Readonly<Record<string, unknown>>;

/** The broker's account with a function's session, and one customer's account with a role. */
export type StsFixture = {
  readonly store: IdentityStore;
  readonly records: CloudTrailRecord[];
  /** Makes the customer's role anew with these statements of trust. */
  trust(...statements: readonly PolicyStatement[]): void;
  /** AssumeRole by the broker's session, or by another access key. */
  assume(input?: Input, accessKeyId?: string): Promise<ServiceAnswer>;
  identity(accessKeyId: string): Promise<ServiceAnswer>;
  brokerAccessKeyId: string;
};

export const mayAssume: PolicyStatement = { Effect: 'Allow', Action: 'sts:*', Resource: '*' };

export function trusting(
  principal: string,
  condition?: ConditionBlock,
  action: string | readonly string[] = 'sts:AssumeRole',
): PolicyStatement {
  const statement: PolicyStatement = { Effect: 'Allow', Principal: { AWS: principal }, Action: action };
  return condition === undefined ? statement : { ...statement, Condition: condition };
}

export function policyOf(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

export function createStsFixture(brokerPolicy: readonly PolicyStatement[] = [mayAssume]): StsFixture {
  const clock = { nowMs: () => NOW_MS };
  const store = createIdentityStore({ clock, ids: systemIds, partition: 'aws' });
  const records: CloudTrailRecord[] = [];
  const recordCloudTrail = (record: CloudTrailRecord) => records.push(record);
  const authorize = createAuthorize({ clock });
  const sts = createStsService({ store, authorize, clock, ids: systemIds, recordCloudTrail, partition: 'aws' });
  store.addAccount({ accountId: '111111111111', accessKeyId: 'broker-key', secretAccessKey: 's' });
  store.addAccount({ accountId: '222222222222', accessKeyId: 'tenant-key', secretAccessKey: 's' });
  const role = store.putRole({
    accountId: '111111111111',
    path: '/',
    name: 'broker',
    trustPolicy: policyOf(),
    policies: { broker: policyOf(...brokerPolicy) },
  });
  const session = store.mintSession({ role, sessionName: 'issue-credentials', durationSeconds: null });

  function send(action: string, input: Input, accessKeyId: string): Promise<ServiceAnswer> {
    const caller = store.findCredential(accessKeyId)?.caller;
    if (caller === undefined) throw new Error(`no access key ${accessKeyId}`);
    const requestId = '5f0d2c1e-0000-4000-8000-000000000001';
    return sts(action, {
      caller,
      input,
      requestId,
      region: 'eu-west-1',
      sourceIp: '203.0.113.7',
      userAgent: 'aws-sdk',
    });
  }

  return {
    store,
    records,
    brokerAccessKeyId: session.accessKeyId,
    trust(...statements) {
      const trustPolicy = policyOf(...statements);
      store.putRole({ accountId: '222222222222', path: '/vendor/', name: 'Audit', trustPolicy, policies: {} });
    },
    assume: (input = {}, accessKeyId = session.accessKeyId) =>
      send('AssumeRole', { RoleArn: TENANT_ROLE, RoleSessionName: 'iss-1.1', ...input }, accessKeyId),
    identity: (accessKeyId) => send('GetCallerIdentity', {}, accessKeyId),
  };
}
