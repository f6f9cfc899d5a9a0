import { expect, it } from 'vitest';
import { awsAs, awsCli, describeWith } from '../outside-clients/outside-clients.ts';
import { stackForClients } from '../outside-clients/stack-for-clients.ts';
import { type BrokerCli, brokerAs } from './broker-cli.ts';
import { externalIdUnder, type Given, makeRole, withConditions, without } from './customer-roles.ts';

const ACCOUNT = '222222222222';

type Connected = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly status: string;
  readonly findings: readonly { code: string; severity: string; detail: string; fix: string }[];
};

/** Each customer trusts in another way; the right status and findings come of it. */
const CUSTOMERS: readonly {
  readonly letter: string;
  readonly title: string;
  readonly trust: (given: Given) => object;
  readonly status: string;
  readonly findings: readonly string[];
  readonly exitCode: number;
}[] = [
  {
    letter: 'a',
    title: 'the trust that we render',
    trust: ({ trustPolicy }) => trustPolicy,
    status: 'trusted',
    findings: [],
    exitCode: 0,
  },
  {
    letter: 'b',
    title: 'no condition on the external ID',
    trust: (given) => withConditions(given, without('StringEquals')),
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
    exitCode: 4,
  },
  {
    letter: 'c',
    title: 'StringLike with a star',
    trust: (given) => withConditions(given, externalIdUnder('StringLike', '*')),
    status: 'quarantined',
    findings: ['trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
    exitCode: 4,
  },
  {
    letter: 'd',
    title: 'StringEqualsIfExists',
    trust: (given) => withConditions(given, externalIdUnder('StringEqualsIfExists', given.externalId)),
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted'],
    exitCode: 4,
  },
  {
    letter: 'e',
    title: 'the external ID of another tenant',
    trust: (given) =>
      withConditions(given, externalIdUnder('StringEquals', 'cb-local1-11111111-2222-4333-8444-555555555555')),
    status: 'pending',
    findings: ['trust.rightExternalIdRefused'],
    exitCode: 4,
  },
  {
    letter: 'f',
    title: 'the whole of our account, with the right external ID',
    trust: (given) => withConditions(given, without('ArnEquals')),
    status: 'trusted',
    findings: ['trust.wholeAccountAccepted'],
    exitCode: 0,
  },
];

describeWith(awsCli, 'a customer makes a role with the AWS CLI, and broker connects it', () => {
  const stack = stackForClients();
  const aws = awsAs(() => stack().awsConfigFile);
  const customer = (...args: readonly string[]) => aws(`customer-${ACCOUNT}`, ...args);
  const broker: BrokerCli = brokerAs(() => stack().awsConfigFile);

  async function register(tenantId: string): Promise<Given> {
    const added = await broker('tenants', 'add', tenantId, '--name', 'A customer', '--format', 'json');
    expect([added.exitCode, tenantId]).toEqual([0, tenantId]);
    return JSON.parse(added.stdout);
  }

  async function connect(tenantId: string, name: string): Promise<{ exitCode: number; answer: readonly Connected[] }> {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/credential-broker/${name}`;
    const connected = await broker('tenants', 'connect', tenantId, '--role-arn', roleArn, '--json');
    return { exitCode: connected.exitCode, answer: JSON.parse(connected.stdout) };
  }

  it.each(CUSTOMERS)('($letter) $title: $status', async ({ letter, trust, status, findings, exitCode }) => {
    const tenantId = `customer-${letter}`;
    const given = await register(tenantId);
    await makeRole(customer, { name: `role-${letter}`, given, trust: trust(given) });
    const connected = await connect(tenantId, `role-${letter}`);
    expect(connected.answer).toEqual([{ tenantId, accountId: ACCOUNT, status, findings: expect.any(Array) }]);
    expect(connected.answer[0]?.findings.map(({ code }) => code).sort()).toEqual([...findings].sort());
    for (const finding of connected.answer[0]?.findings ?? []) {
      expect(Object.keys(finding).sort()).toEqual(['code', 'detail', 'fix', 'severity']);
    }
    expect(connected.exitCode).toBe(exitCode);
  });

  it('(g) a role that appears 30 seconds later is pending, and then trusted', async () => {
    const given = await register('customer-g');
    const early = await connect('customer-g', 'role-g');
    expect(early).toMatchObject({ exitCode: 4, answer: [{ status: 'pending' }] });
    stack().advance(30_000);
    await makeRole(customer, { name: 'role-g', given });
    const verified = await broker('tenants', 'verify', 'customer-g', '--json');
    expect([verified.exitCode, JSON.parse(verified.stdout)]).toMatchObject([0, [{ status: 'trusted', findings: [] }]]);
  });

  it('a role that is still not there after five minutes is refused', async () => {
    await register('customer-h');
    expect((await connect('customer-h', 'role-h')).answer).toMatchObject([{ status: 'pending' }]);
    stack().advance(301_000);
    const verified = await broker('tenants', 'verify', 'customer-h', '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject([
      { status: 'refused', findings: [{ code: 'trust.rightExternalIdRefused' }] },
    ]);
  });
});
