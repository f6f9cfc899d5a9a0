import { describe, expect, it } from 'vitest';
import { makeVendCredentials } from '../../../lib/vending/vend-credentials.ts';
import { BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../../support/broker-world.ts';

const caller = `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/support/jane`;
const principalArn = `arn:aws:iam::${BROKER_ACCOUNT}:role/support`;
const body = { version: 1, tenantId: 'acme', job: 'scan-account', accountIds: ['222222222222'], reason: 'TICKET-1' };

/** One call in five seconds. */
const limits = { requestsPerMinute: 12 };
const support = {
  name: 'support',
  recognisedBy: { functionUrl: { principals: ['role/support'] } },
  jobs: 'all',
  tenants: 'all',
  limits,
} as const;

/** How one call after the other ends, all in one second. */
async function calls(howMany: number, change: Partial<World>): Promise<readonly string[]> {
  const world = brokerIn({ ...plainWorld, requesters: [support], ...change });
  const vend = makeVendCredentials(world.dependencies());
  const ends: string[] = [];
  for (let call = 1; call <= howMany; call += 1) {
    const origin = {
      kind: 'functionUrl',
      account: BROKER_ACCOUNT,
      principalArn,
      requestId: `call-${call}`,
      timeMs: world.clock.nowMs(),
    } as const;
    ends.push(
      await vend({ origin, caller, body, remainingMs: () => 30_000 }).then(
        (vended) => (vended.vended ? 'vended' : vended.refusal.reason),
        (error: { code: string }) => error.code,
      ),
    );
  }
  return ends;
}

describe('a caller that may ask once in a while', () => {
  it.each<[string, Partial<World>, string]>([
    ['got credentials', {}, 'vended'],
    ['was denied by STS', { stsDenies: () => true }, 'sts.denied'],
    ['found STS away', { stsIsOut: true }, 'vending.unavailable'],
  ])('has asked, where it %s: nothing of it comes again by itself', async (_what, change, first) => {
    expect(await calls(2, change)).toEqual([first, 'requester.rateLimited']);
  });
});
