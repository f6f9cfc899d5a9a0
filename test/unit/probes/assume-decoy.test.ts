import { describe, expect, it } from 'vitest';
import type { AssumeInput } from '../../../lib/broker/assume-role-request.ts';
import type { Assumption } from '../../../lib/broker/assume-tenant-role.ts';
import type { ProbeOrder } from '../../../lib/onboarding/trust/probe-role.ts';
import { makeDecoy } from '../../../lib/probes/assume-decoy.ts';
import { Secret } from '../../../lib/sealing/secret.ts';
import { countingIds } from '../../support/counting-ids.ts';
import { everyPrint, formsOf } from '../../support/every-print.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryProbeLedger } from '../../support/in-memory-probe-ledger.ts';
import { assumedXml, canaries, errorXml, stsThatAnswers } from '../broker/sts-answers.ts';

const decoyRoleArn = 'arn:aws:iam::111111111111:role/credential-broker-dev-decoy';
const order: ProbeOrder = {
  tenantId: 'acme',
  accountId: '222222222222',
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  probe: 'decoyRightExternalId',
  externalId: canaries.externalId,
};

/** A decoy whose own assumption and whose probe STS answers so. */
function world({ refuses = false, opens = false } = {}) {
  const clock = frozenClock();
  const probes = inMemoryProbeLedger();
  const became: AssumeInput[] = [];
  const actedAs: string[] = [];
  const tenant = stsThatAnswers(
    opens ? { status: 200, body: assumedXml() } : { status: 403, body: errorXml('AccessDenied') },
  );
  const state = { refuses };
  const decoy = makeDecoy({
    clock,
    probes,
    ids: countingIds(),
    config: { decoyRoleArn, brokerAccountId: '111111111111' },
    async assumeTenantRole(input): Promise<Assumption> {
      became.push(input);
      if (state.refuses) return { outcome: 'denied', code: 'sts.denied', stsRequestId: 'sts-denied' };
      const expiresAtMs = clock.nowMs() + input.durationSeconds * 1000;
      const accessKeyId = `ASIADECOY${became.length}`;
      const { secretAccessKey, sessionToken } = canaries;
      return {
        outcome: 'assumed',
        credentials: new Secret({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs }),
        session: {
          accessKeyId,
          assumedRoleId: 'AROADECOY:x',
          stsRequestId: 'sts-decoy',
          issuedAtMs: clock.nowMs(),
          expiresAtMs,
        },
      };
    },
    stsAs({ accessKeyId }) {
      actedAs.push(accessKeyId);
      return tenant.sts;
    },
  });
  return { decoy, clock, probes, became, actedAs, requests: tenant.requests, state };
}

describe('the decoy', () => {
  it('is assumed once for all verifications of a while, under a record of its own', async () => {
    const { decoy, probes, became, actedAs } = world();
    await Promise.all(['acme', 'globex', 'initech'].map((tenantId) => decoy(tenantId)));
    expect(actedAs).toEqual(['ASIADECOY1']);
    expect(became).toEqual([
      {
        roleArn: decoyRoleArn,
        sessionName: expect.stringMatching(/^probe_[a-z2-7]{32}$/),
        durationSeconds: 900,
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
        }),
      },
    ]);
    expect([...probes.items.values()]).toMatchObject([
      {
        recordId: became[0]?.sessionName,
        tenantId: 'acme',
        accountId: '111111111111',
        roleArn: decoyRoleArn,
        probe: 'assumeDecoy',
        by: 'verify-trust',
        outcome: 'accepted',
        lastAccessKeyId: 'ASIADECOY1',
        lastStsRequestId: 'sts-decoy',
      },
    ]);
  });

  it('is assumed anew before its session ends', async () => {
    const { decoy, clock, actedAs } = world();
    await decoy('acme');
    clock.advance(600_000);
    await decoy('acme');
    expect(actedAs).toHaveLength(1);
    clock.advance(1);
    await decoy('acme');
    expect(actedAs).toEqual(['ASIADECOY1', 'ASIADECOY2']);
  });

  it.each([
    { opens: true, outcome: 'accepted' },
    { opens: false, outcome: 'denied' },
  ])('tries a role that opens to our account or does not: $outcome', async ({ opens, outcome }) => {
    const { decoy, probes, requests } = world({ opens });
    const result = await (await decoy('acme'))?.(order);
    expect(result).toMatchObject({ probe: 'decoyRightExternalId', outcome });
    expect(probes.items.get(result?.recordId ?? '')).toMatchObject({ by: 'decoy', outcome });
    expect(requests.map((fields) => fields.get('RoleArn'))).toEqual([order.roleArn]);
  });

  it('is not there when it cannot be assumed, and is tried again at the next role', async () => {
    const { decoy, probes, state } = world({ refuses: true });
    expect(await decoy('acme')).toBeUndefined();
    expect([...probes.items.values()]).toMatchObject([{ outcome: 'denied', lastStsRequestId: 'sts-denied' }]);
    state.refuses = false;
    expect(await decoy('acme')).toBeDefined();
  });

  it('is not assumed without a record, and is tried again when the ledger is back', async () => {
    const { decoy, probes, became } = world();
    const { open } = probes;
    probes.open = () => Promise.reject(new Error('away'));
    await expect(decoy('acme')).rejects.toThrow('away');
    expect(became).toEqual([]);
    probes.open = open;
    expect(await decoy('acme')).toBeDefined();
  });

  it('is not assumed under a record that was there before', async () => {
    const { decoy, probes, became } = world();
    const open = probes.open;
    probes.open = async () => false;
    expect(await decoy('acme')).toBeUndefined();
    expect(became).toEqual([]);
    probes.open = open;
    expect(await decoy('acme')).toBeDefined();
  });

  it('leaves its credentials in no record', async () => {
    const { decoy, probes } = world({ opens: true });
    await (await decoy('acme'))?.(order);
    const printed = everyPrint([...probes.items.values()]);
    for (const form of Object.values(canaries).flatMap(formsOf)) expect(printed).not.toContain(form);
  });
});
