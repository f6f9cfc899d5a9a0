import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { type Examination, makeExamineDeployment } from '../../../lib/management/examine-deployment.ts';
import type { ListedRole, ListedTenant } from '../../../lib/tenants/tenant-registry.ts';
import { frozenClock, START_MS } from '../../support/frozen-clock.ts';

const aListedTenant = (createdAtMs: number): ListedTenant => ({
  tenantId: 'acme',
  name: 'Acme',
  status: 'active',
  enabledJobs: [],
  createdAtMs,
});
const aQuarantined: ListedRole = {
  tenantId: 'acme',
  record: 'role#222222222222#x',
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/x',
  status: 'quarantined',
  findings: ['trust.noExternalIdAccepted'],
};
const fine = async () => undefined;
const broken = async () => {
  throw new BrokerError('store.unavailable', 'the tenant could not be read: AccessDeniedException');
};
const aRequester = {
  name: 'scans',
  recognisedBy: { event: { source: 'com.example.scans', principals: [] } },
  jobs: 'all',
  tenants: 'all',
} as const;

/** A deployment where all is well, and what is changed of it. */
function examined(changes: Partial<Examination> = {}) {
  const well: Examination = {
    registry: { readTenant: fine },
    directory: {
      listTenants: async () => ({ rows: [aListedTenant(START_MS - 60_000)] }),
      listRoles: async () => ({ rows: [] }),
    },
    switches: { read: async () => [] },
    readLedger: fine,
    canWrite: { tenants: fine, switches: fine, ledger: fine },
    cursors: { read: async () => ({ slot: 1, tickedAtMs: START_MS - 120_000, version: 1 }) },
    lambda: { send: async () => ({}) },
    clock: frozenClock(),
    jobs: ['scan-account'],
    deployment: { mode: 'shared', requesters: [aRequester] },
    config: { verifyTrustFunctionName: 'broker-verify-trust' },
  };
  return makeExamineDeployment({ ...well, ...changes })();
}

async function unhealthy(changes: Partial<Examination>) {
  return (await examined(changes)).filter(({ healthy }) => !healthy);
}

describe('the doctor', () => {
  it('finds nothing where all is well, and says what it looked at', async () => {
    const checks = await examined();
    expect(checks.filter(({ healthy, fix }) => !healthy || fix !== undefined)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      'tenants table',
      'tenants index',
      'switches',
      'ledger',
      'verify-trust',
      'verification schedule',
      'trust of the roles',
      'requesters',
      'jobs',
      'templates',
    ]);
  });

  it.each<[string, Partial<Examination>, string, string]>([
    ['tenants that cannot be read', { registry: { readTenant: broken } }, 'tenants table', 'AccessDeniedException'],
    [
      'tenants that cannot be written',
      { canWrite: { tenants: broken, switches: fine, ledger: fine } },
      'tenants table',
      'store.unavailable',
    ],
    ['switches that cannot be read', { switches: { read: broken } }, 'switches', 'store.unavailable'],
    [
      'switches that cannot be written',
      { canWrite: { tenants: fine, switches: broken, ledger: fine } },
      'switches',
      'store.unavailable',
    ],
    ['a ledger that cannot be read', { readLedger: broken }, 'ledger', 'store.unavailable'],
    [
      'a ledger that cannot be written',
      { canWrite: { tenants: fine, switches: fine, ledger: broken } },
      'ledger',
      'store.unavailable',
    ],
    ['limits that cannot be read', { cursors: { read: broken } }, 'verification schedule', 'store.unavailable'],
    [
      'a verifier that is not there',
      {
        lambda: {
          send: async () => Promise.reject(Object.assign(new Error('x'), { name: 'ResourceNotFoundException' })),
        },
      },
      'verify-trust',
      'could not be looked at',
    ],
    [
      'a switch for everybody',
      { switches: { read: async () => [{ switchId: 'global', sinceMs: 0, by: 'jane', reason: 'drill' }] } },
      'switches',
      'by jane',
    ],
    [
      'a schedule that stopped',
      { cursors: { read: async () => ({ slot: 1, tickedAtMs: START_MS - 16 * 60_000, version: 1 }) } },
      'verification schedule',
      '16 minutes',
    ],
    ['no requester', { deployment: { mode: 'shared', requesters: [] } }, 'requesters', 'none'],
  ])('names %s, and what to do', async (_, changes, check, text) => {
    const found = await unhealthy(changes);
    expect(found).toEqual([{ check, healthy: false, detail: expect.stringContaining(text), fix: expect.any(String) }]);
  });

  it('names quarantined roles, and where they are listed', async () => {
    const directory = { listTenants: async () => ({ rows: [] }), listRoles: async () => ({ rows: [aQuarantined] }) };
    expect(await unhealthy({ directory })).toMatchObject([
      {
        check: 'trust of the roles',
        detail: '1 role quarantined',
        fix: expect.stringContaining('--status quarantined'),
      },
    ]);
  });

  it.each([
    ['no tenant', [], true],
    ['a tenant of a minute ago', [aListedTenant(START_MS - 60_000)], true],
    ['a tenant of an hour ago', [aListedTenant(START_MS - 60_000), aListedTenant(START_MS - 3_600_000)], false],
  ])('takes a schedule that never ticked for new or broken by its tenants: %s', async (_, rows, healthy) => {
    const directory = { listTenants: async () => ({ rows }), listRoles: async () => ({ rows: [] }) };
    const checks = await examined({ directory, cursors: { read: fine } });
    expect(checks.find(({ check }) => check === 'verification schedule')).toMatchObject({ healthy });
  });
});
