import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobHandler, type RunJob } from '../../../lib/job-runtime/job-handler.ts';
import { ANY_JOB, type JobWorld, lambdaContext, startJobWorld } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.observed.length = 0;
});

async function invoke(payload: unknown, run: RunJob): Promise<unknown> {
  return jobHandler(ANY_JOB, run, world.dependencies)(payload, lambdaContext());
}

const eventsOf = (): unknown[] => world.observed.map(({ event }) => event);

describe('a report', () => {
  it('is written again when the ledger throttles it', async () => {
    const { payload } = await world.issue();
    await invoke(payload, async () => world.dynamo.breakNext('UpdateItem', ['throttle']));
    expect(await world.row(payload)).toMatchObject({ state: 'completed' });
    expect(eventsOf()).toEqual([{ event: 'run.completed' }]);
  });

  it('whose response was lost stands, and is noted as perhaps not written', async () => {
    const { payload } = await world.issue();
    const outcome = await invoke(payload, async () => world.dynamo.breakNext('UpdateItem', ['loseResponse']));
    expect(outcome).toMatchObject({ outcome: 'completed' });
    expect(await world.row(payload)).toMatchObject({ state: 'completed' });
    expect(eventsOf()).toContainEqual({ event: 'report.notWritten', because: 'ConditionalCheckFailedException' });
  });

  it('that cannot be written makes no error: the sweeper will find the run silent', async () => {
    const { payload } = await world.issue();
    const lost = async () => world.dynamo.breakNext('UpdateItem', ['throttle', 'throttle']);
    expect(await invoke(payload, lost)).toMatchObject({ outcome: 'completed' });
    expect(await world.row(payload)).toMatchObject({ state: 'claimed' });
    expect(eventsOf()).toContainEqual({ event: 'report.notWritten', because: 'ThrottlingException' });
  });

  it.each(['unknown', 'failed', 'completed'])('does not change an issuance that is %s by now', async (state) => {
    const { payload } = await world.issue();
    await invoke(payload, async () => world.change(payload, { state }));
    expect(await world.row(payload)).toMatchObject({ state });
    expect(await world.row(payload)).not.toHaveProperty('report');
  });

  it('does not change an issuance that another attempt has claimed', async () => {
    const { payload } = await world.issue();
    await invoke(payload, async () => world.change(payload, { claim: { attempt: 2, by: 'other', atMs: 1 } }));
    expect(await world.row(payload)).toMatchObject({ state: 'claimed' });
  });
});
