import { expect, it } from 'vitest';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { readCloudTrailFile } from '../../../local/cloudtrail/cloudtrail-file.ts';
import { awsCli, describeWith } from '../outside-clients/outside-clients.ts';
import { type Given, withConditions } from './customer-roles.ts';
import { errorLines, journey } from './journey.ts';

const ACCOUNT = '222222222222';
const TENANT = 'rotating';
const ROTATE = ['tenants', 'rotate-external-id'] as const;

type Rotating = Given & { readonly nextExternalId: string };

/** What STS was asked with and what it said, in order: the external ID by its place in the rotation, and the code of a no. */
function calls({ trail }: Pick<Issuance, 'trail'>): readonly unknown[] {
  return trail.flatMap(({ type, call, externalId, code }) =>
    externalId === undefined && code === undefined ? [] : [{ type, call, externalId, code }],
  );
}

describeWith(awsCli, 'an external ID is replaced while requests go on', () => {
  const { stack, broker, json, customer, onboard, ask } = journey();
  let given: Given;
  /** With the next one, of the rotation that goes on. */
  let rotating: Rotating;

  /** Asks for the job; every call of these journeys is to find the role open. */
  async function completed(): Promise<Issuance> {
    const { request, issuances } = await ask(TENANT);
    expect([request.decision, issuances.map(({ state }) => state)]).toEqual(['allowed', ['completed']]);
    const [issuance] = issuances;
    if (issuance === undefined) throw new Error('no issuance');
    return issuance;
  }

  /** The customer has its role take these external IDs. */
  async function trusts(...externalIds: readonly string[]): Promise<void> {
    const trust = withConditions(given, (conditions) => ({
      ...conditions,
      StringEquals: { 'sts:ExternalId': externalIds },
    }));
    const update = ['iam', 'update-assume-role-policy', '--role-name', TENANT, '--policy-document'];
    expect(await customer(ACCOUNT)(...update, JSON.stringify(trust))).toMatchObject({ exitCode: 0, stderr: '' });
  }

  async function start(): Promise<Rotating> {
    const { exitCode, stdout } = await broker(...ROTATE, 'start', TENANT, '--format', 'json');
    expect(exitCode).toBe(0);
    return JSON.parse(stdout);
  }

  /** Calls for this role that STS refused, as CloudTrail has them. */
  function deniedCalls(): number {
    return readCloudTrailFile(stack().cloudTrailFile).filter(
      ({ eventName, errorCode, recipientAccountId }) =>
        eventName === 'AssumeRole' && errorCode === 'AccessDenied' && recipientAccountId === '111111111111',
    ).length;
  }

  async function takes(): Promise<readonly string[]> {
    const view = await json(0, ...ROTATE, 'status', TENANT);
    return view.roles.map((role: { takes: string }) => role.takes);
  }

  it('is started, while the customer has done nothing yet', async () => {
    given = await onboard({ tenantId: TENANT, accountId: ACCOUNT, name: TENANT });
    await completed();
    rotating = await start();
    expect(rotating.externalId).toBe(given.externalId);
    expect(rotating.nextExternalId).toMatch(/^cb-local1-[0-9a-f-]{36}$/);
    expect(calls(await completed())).toEqual(withOne('current'));
  });

  it('is on the list until it is over', async () => {
    expect((await broker('tenants', 'list')).stdout).toMatch(/^rotating .* to end in 29 d$/m);
  });

  it('is not finished before it is proven', async () => {
    const refused = await broker(...ROTATE, 'finish', TENANT);
    expect([refused.exitCode, errorLines(refused)]).toEqual([
      4,
      [
        'rotation.notProven',
        `each role must take the next external ID alone: arn:aws:iam::${ACCOUNT}:role/credential-broker/${TENANT} (current)`,
        'Verify the tenant, mend what is found at the roles that are named, and try again.',
      ],
    ]);
    expect(await takes()).toEqual(['current']);
    const { stderr } = await broker(...ROTATE, 'status', TENANT);
    expect(stderr).toContain('Not shown to take the next one: 1 of 1.');
    await completed();
  });

  it('goes on when the customer has added the next one, and then uses it', async () => {
    await trusts(given.externalId, rotating.nextExternalId);
    expect(calls(await completed())).toEqual(withOne('current'));
    await json(0, 'tenants', 'verify', TENANT);
    expect(await takes()).toEqual(['both']);
    const { stderr } = await broker(...ROTATE, 'status', TENANT);
    expect(stderr).toContain('Every role takes the next one. The customer may remove the old one');
    expect(calls(await completed())).toEqual(withOne('next'));
  });

  it.each(['finish', 'abandon'])('cannot %s while the role takes both', async (step) => {
    const refused = await broker(...ROTATE, step, TENANT);
    expect([refused.exitCode, errorLines(refused)[0]]).toEqual([4, 'rotation.notProven']);
    expect(refused.stderr).toContain('(both)');
    await completed();
  });

  it('is finished when the customer has removed the old one', async () => {
    await trusts(rotating.nextExternalId);
    expect(calls(await completed())).toEqual(withOne('next'));
    const finished = await broker(...ROTATE, 'finish', TENANT);
    expect([finished.exitCode, finished.stderr]).toEqual([
      0,
      'The rotation is finished: every role takes the new external ID alone, and the old one is given up.\n',
    ]);
    expect(calls(await completed())).toEqual(withOne('current'));
    expect((await broker('tenants', 'list')).stdout).toMatch(/^rotating .* none$/m);
  });

  it('survives that the customer replaces the one by the other in one step: a no, and the other one', async () => {
    const { nextExternalId } = rotating;
    rotating = await start();
    expect(rotating.externalId).toBe(nextExternalId);
    await trusts(rotating.nextExternalId);
    const before = deniedCalls();
    const issuance = await completed();
    expect(issuance.attempts.map(({ outcome, calls: count }) => [outcome, count])).toEqual([['issued', 2]]);
    expect(calls(issuance)).toEqual([
      ...withOne('current'),
      { type: 'called', call: 2, externalId: 'next', code: 'sts.denied' },
    ]);
    expect(deniedCalls() - before).toBe(1);
  });

  it('is not abandoned while the role takes the next one alone', async () => {
    const refused = await broker(...ROTATE, 'abandon', TENANT);
    expect([refused.exitCode, errorLines(refused)[0]]).toEqual([4, 'rotation.notProven']);
    await completed();
  });

  it('is abandoned when the customer has gone back', async () => {
    await trusts(rotating.externalId);
    await completed();
    const abandoned = await broker(...ROTATE, 'abandon', TENANT);
    expect([abandoned.exitCode, abandoned.stderr]).toEqual([
      0,
      'The rotation is abandoned: every role takes the old external ID alone, and the next one is given up.\n',
    ]);
    expect(calls(await completed())).toEqual(withOne('current'));
  });

  it('shows no external ID to anybody afterwards', async () => {
    const { stdout } = await broker('tenants', 'changes', TENANT, '--json', '--all');
    expect(stdout).toContain('rotation.finished');
    expect(stdout).not.toContain('cb-local1-');
  });
});

function withOne(externalId: 'current' | 'next'): readonly unknown[] {
  return [{ type: 'intended', call: 1, externalId, code: undefined }];
}
