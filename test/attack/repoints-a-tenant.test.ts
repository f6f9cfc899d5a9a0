import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import type { TenantReading } from '../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { withTables } from '../support/dynamo-tables.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';
import {
  anAccountId,
  anArn,
  anId,
  aRegistered,
  type ManagementWorld,
  managementWorld,
} from '../support/management-world.ts';
import { runJobEvent } from '../support/queue-message.ts';
import { interruptedBefore } from './interrupted-run.ts';

/**
 * T46: somebody inside, alone, points a tenant at a role of their own, which takes the tenant's external ID and so is
 * proven. Here they may also consent: whoever may not is refused before.
 */
const INSIDER = 'arn:aws:sts::111111111111:assumed-role/operators/mallory';
const COLLEAGUE = 'arn:aws:sts::111111111111:assumed-role/operators-on-call/trent';
const REVIEWER = 'arn:aws:sts::111111111111:assumed-role/reviewers/grace';
const MAY_CONSENT = ['role/reviewers', 'role/operators*'];

const stores = withTables();
let guarded: ManagementWorld;
let unguarded: ManagementWorld;
let tenantId: string;
let accountId: string;
beforeAll(() => {
  guarded = managementWorld(stores, { mayConsent: MAY_CONSENT });
  unguarded = managementWorld(stores);
});
beforeEach(() => {
  accountId = anAccountId();
});

type Call = { readonly method?: string; readonly path: string; readonly body?: unknown };
type Send = (call: Call) => Promise<unknown>;
type Attack = (send: Send) => Promise<unknown>;

const by =
  (world: ManagementWorld, caller: string) =>
  async (call: Call): Promise<unknown> => {
    const answer = await world.send({ method: 'POST', ...call, caller });
    if (answer.statusCode >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };

/** The customer's own role, for its logs alone, as two people connected it. */
async function aServedTenant(): Promise<void> {
  tenantId = await aRegistered(unguarded, { jobs: ['scan-account'] });
  const body = { roleArn: anArn(accountId), jobs: ['process-logs'] };
  await by(guarded, COLLEAGUE)({ path: `/tenants/${tenantId}/roles`, body });
  await by(guarded, REVIEWER)({ path: `/tenants/${tenantId}/consent`, body });
}

async function anImportedTenant(send: Send): Promise<void> {
  tenantId = anId();
  const tenant = { tenantId, name: 'Initech', jobs: ['scan-account'], accessKeyIds: ['AKIAIOSFODNN7EXAMPLE'] };
  const body = { importId: tenantId, step: 'apply', lines: [{ line: 1, tenant }] };
  await send({ path: '/imports', body });
  await send({ path: `/tenants/${tenantId}/migration`, body: { step: 'start' } });
}

const connect = (send: Send, roleArn: string, jobs = ['scan-account']) =>
  send({ path: `/tenants/${tenantId}/roles`, body: { roleArn, jobs } });
const verify = (send: Send) => send({ path: `/tenants/${tenantId}/verification`, body: {} });

/** What one person can do with the rights of an operator. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  'another account of the tenant': async (send) => {
    await aServedTenant();
    await connect(send, anArn(anAccountId()));
    await verify(send);
  },
  'another role of the same account': async (send) => {
    await aServedTenant();
    await connect(send, anArn(accountId, 'mine'));
    await verify(send);
  },
  'another role in the place of the customer’s': async (send) => {
    await aServedTenant();
    await send({ method: 'DELETE', path: `/tenants/${tenantId}/roles/${accountId}/scanner` });
    await connect(send, anArn(accountId, 'mine'));
    await verify(send);
  },
  'the customer’s role, taken for more than it was connected for': async (send) => {
    await aServedTenant();
    await connect(send, anArn(accountId), ['scan-account', 'process-logs']);
    await verify(send);
  },
  'a tenant of its own': async (send) => {
    tenantId = anId();
    await send({ path: '/tenants', body: { tenantId, name: 'Mine', jobs: ['scan-account'] } });
    await connect(send, anArn(accountId));
    await verify(send);
  },
  'a tenant that left, and is registered again': async (send) => {
    await aServedTenant();
    await send({ method: 'DELETE', path: `/tenants/${tenantId}`, body: { reason: 'gone' } });
    await send({ path: '/tenants', body: { tenantId, name: 'Again', jobs: ['scan-account'] } });
    await connect(send, anArn(accountId));
    await verify(send);
  },
  'a tenant that is imported and migrates': async (send) => {
    await anImportedTenant(send);
    await connect(send, anArn(accountId));
    await verify(send);
    await finish(send);
  },
};

/** Every name that the insider can go by without being given another role or user. */
const NAMES = [
  INSIDER,
  INSIDER.replace('mallory', 'grace'),
  INSIDER.replace('mallory', 'trent@example.com'),
  'arn:aws:sts::111111111111:federated-user/reviewers',
  'arn:aws:sts::111111111111:federated-user/mallory',
  'arn:aws:iam::111111111111:root',
  'arn:aws:sts::222222222222:assumed-role/reviewers/grace',
];

/** Asks for consent to each role that awaits it, under each of these names. */
async function consentAs(...callers: readonly string[]): Promise<readonly number[]> {
  const { roles } = (await guarded.get(`/tenants/${tenantId}`)).body;
  const statuses: number[] = [];
  for (const { roleArn, jobs, consent } of roles) {
    for (const caller of consent?.state === 'awaited' ? callers : []) {
      const call = { method: 'POST', path: `/tenants/${tenantId}/consent`, body: { roleArn, jobs }, caller };
      statuses.push((await guarded.send(call)).statusCode);
    }
  }
  return statuses;
}

/** Nothing serves the job, or what would await consent, or the tenant migrates because of that. */
const REFUSED = /^(account\.awaitsConsent|tenant\.migrating)$/;

/** How many sessions a request for the tenant makes, and what was refused of it. */
async function sessions(): Promise<readonly [number, readonly string[]]> {
  const reading = await guarded.registry.readTenant(tenantId);
  const broker = brokerIn({ ...plainWorld, tenants: reading === undefined ? [] : [reading] });
  await broker.deliver(runJobEvent({ detail: { tenantId } }));
  const told = JSON.stringify([...broker.ledger.items.values()]);
  return [broker.calls.assumed.length, [...told.matchAll(/"reason":"([a-zA-Z.]+)"/g)].map(([, code = '']) => code)];
}

const finish = (send: Send) =>
  send({ path: `/tenants/${tenantId}/migration`, body: { step: 'finish' } }).catch((error: Error) => error.message);

describe('somebody inside who points a tenant at a role of their own', () => {
  it.each(Object.entries(ATTACKS))(
    'gets no session alone, by whatever name, only with another: %s',
    async (_, attack) => {
      await attack(by(guarded, INSIDER));
      expect(await sessions()).toEqual([0, expect.arrayContaining([expect.stringMatching(REFUSED)])]);
      expect(new Set(await consentAs(...NAMES))).toEqual(new Set([403]));
      expect((await sessions())[0]).toBe(0);

      expect(await consentAs(REVIEWER)).toEqual([200]);
      await finish(by(guarded, INSIDER));
      expect((await sessions())[0]).toBe(1);
      const { changes } = (await guarded.get(`/tenants/${tenantId}/changes`)).body;
      const told = changes.map(({ change, by: who }: { change: string; by: string }) => `${change} ${who}`);
      expect(told).toContain(`role.consented ${REVIEWER}`);
      expect(told.some((line: string) => /^role\.(connected|jobsChanged) .*mallory$/.test(line))).toBe(true);
    },
  );

  it.each(Object.entries(ATTACKS))('would get one, were nobody else to consent: %s', async (_, attack) => {
    await attack(by(unguarded, INSIDER));
    expect((await sessions())[0]).toBe(1);
  });

  it('does not finish a migration with it', async () => {
    await ATTACKS['a tenant that is imported and migrates']?.(by(guarded, INSIDER));
    expect(await finish(by(guarded, INSIDER))).toContain('account.awaitsConsent');
  });

  it('cannot connect under a name that could be the second person’s', async () => {
    await aServedTenant();
    for (const caller of ['arn:aws:sts::111111111111:federated-user/x', 'arn:aws:iam::111111111111:root']) {
      await expect(connect(by(guarded, caller), anArn(anAccountId()))).rejects.toThrow('consent.notAllowed');
    }
  });

  it('is not consented to by somebody who was shown another role', async () => {
    await aServedTenant();
    const shown = { roleArn: anArn(accountId, 'shown'), jobs: ['scan-account'] };
    await by(guarded, INSIDER)({ path: `/tenants/${tenantId}/roles`, body: shown });
    await by(guarded, INSIDER)({ method: 'DELETE', path: `/tenants/${tenantId}/roles/${accountId}/shown` });
    await connect(by(guarded, INSIDER), anArn(accountId, 'mine'));
    await verify(by(guarded, INSIDER));
    const consent = by(guarded, REVIEWER)({ path: `/tenants/${tenantId}/consent`, body: shown });
    await expect(consent).rejects.toThrow('account.unknown');
    expect((await sessions())[0]).toBe(0);
  });
});

/** What a request meanwhile may be decided again by: the role as it was, and as it is while it awaits consent. */
const BEFORE: TenantReading = aTenant();
const AWAITING: TenantReading = {
  tenant: BEFORE.tenant,
  roles: [
    aRole({
      version: 3,
      consent: { state: 'awaited', connectedBy: ['arn:aws:iam::111111111111:role/operators'], sinceMs: 1 },
    }),
  ],
};

describe('a role that is connected anew while a request is on its way', () => {
  it('gets no session that was decided by it, at whichever step it changes', async () => {
    const ends = new Set<string>();
    for (let at = 0; ; at += 1) {
      const world = await interruptedBefore(at, (stopped) => stopped.connect(AWAITING), [BEFORE]);
      if (world === undefined) break;
      await world.settle();
      const { state, trail, refusal } = await ended(world);
      ends.add(`${state} ${refusal ?? ''}`.trim());
      expect(trail.filter(({ roleVersion }) => roleVersion === 3)).toEqual([]);
      expect(world.sts.asked.length).toBe(state === 'completed' ? 1 : 0);
      expect(await world.violations(), `before call ${at}`).toEqual([]);
    }
    expect(ends).toEqual(new Set(['completed', 'refused account.awaitsConsent']));
  });

  it.each(['throttle', 'loseResponse'] as const)(
    'gets no further call of an issuance whose first met %s',
    async (fault) => {
      const world = await faultyWorld({ tenants: [BEFORE] });
      world.faults.breakAlways('sts.assume', fault);
      world.ask();
      await world.pump();
      const calls = world.sts.asked.length;
      expect(calls).toBeGreaterThan(0);
      await world.connect(AWAITING);
      await world.settle();
      expect(world.sts.asked.length).toBe(calls);
      const { state, refusal } = await ended(world);
      expect([state, refusal]).toEqual(['revoked', 'account.awaitsConsent']);
      expect(world.lambda.invocations).toEqual([]);
    },
  );
});

async function ended(world: FaultyWorld) {
  const issuance: Issuance = await world.issuance();
  const refusal = 'refusal' in issuance ? issuance.refusal.reason : undefined;
  return { state: issuance.state, trail: issuance.trail, refusal };
}
