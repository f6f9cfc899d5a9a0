import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import { breakCall } from '../failures/broken-calls.ts';
import { type FailureWorld, startFailureWorld } from '../failures/failure-world.ts';
import { COMPLETED, DELIVERED, NOTHING } from '../failures/standing.ts';
import { brokerAs } from '../onboarding/broker-cli.ts';

const JOB = ['--job', 'scan-account'];
const REASON = 'INC-7: wrong findings';

let world: FailureWorld;
/** Issued before the job was switched off; its job died before it claimed, and Lambda runs it again in a minute. */
let unclaimed: string;
const broker = brokerAs(() => world.stack.awsConfigFile);

beforeAll(async () => {
  world = await startFailureWorld();
  breakCall(world, 'jobClaims', 'unavailable');
  unclaimed = await world.ask();
}, 60_000);
afterAll(() => world.close());

async function refusalOf(eventId: string): Promise<unknown> {
  const { requests } = await readLedger(world.world.dynamo, world.world.tables.ledger);
  return requests.find(({ origin }) => origin.eventId === eventId)?.refusal;
}

describe('a job that is switched off', () => {
  it('is switched off by who says why', async () => {
    expect(await world.standing(unclaimed)).toEqual(DELIVERED);
    const off = await broker('switch', 'off', ...JOB, '--reason', REASON);
    expect([off.exitCode, off.stdout]).toEqual([0, expect.stringMatching(/job scan-account +off +\d{4}-/)]);
    expect(off.stderr).toContain(`operator: ${REASON}`);
    expect(off.stderr).toContain('To go on one day: broker switch on --job scan-account --reason <why>');
  });

  it('is listed with who and why', async () => {
    const { exitCode, stdout, stderr } = await broker('switch', 'list');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/job scan-account +off/)]);
    expect(stdout).toMatch(/global +on/);
    expect(stderr).toMatch(/job scan-account was switched off by \S*operator\S*: INC-7: wrong findings/);
  });

  it('is refused to the next request, on record, and STS is not called', async () => {
    const before = world.world.assumeRoleCalls().length;
    const eventId = await world.ask();
    expect(await refusalOf(eventId)).toEqual({
      reason: 'switch.off',
      explanation: expect.stringMatching(/^job scan-account is off since /),
    });
    expect(await world.standing(eventId)).toEqual(NOTHING);
    expect(world.world.assumeRoleCalls()).toHaveLength(before);
  });

  it('cannot claim what was issued before, which the sweeper has revoked', async () => {
    const refused = { ...DELIVERED, claimsRefused: 1 };
    await world.pass(60);
    expect(await world.standing(unclaimed)).toEqual(refused);
    await world.pass(240);
    await world.pass(75);
    expect(await world.standing(unclaimed)).toMatchObject({ state: 'revoked', runs: 0, assumeRoleCalls: 1 });
  });
});

describe('a job that is switched on again', () => {
  it('is let through, and what was refused or revoked stays so', async () => {
    const on = await broker('switch', 'on', ...JOB, '--reason', 'INC-7 is over', '--json');
    expect([on.exitCode, on.stderr]).toEqual([0, '']);
    const { switches } = JSON.parse(on.stdout);
    expect(switches.filter(({ off }: { off?: unknown }) => off !== undefined)).toEqual([]);
    expect(await world.standing(await world.ask())).toEqual(COMPLETED);
    expect(await world.standing(unclaimed)).toMatchObject({ state: 'revoked', runs: 0 });
  });
});
