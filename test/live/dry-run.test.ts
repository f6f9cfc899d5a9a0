import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allChecks } from './all-checks.ts';
import { type EmbeddedGround, startEmbeddedGround } from './embedded-ground.ts';
import type { Checked } from './live-check.ts';
import { isGood, runChecks } from './run-checks.ts';

let ground: EmbeddedGround;
let all: readonly Checked[];

beforeAll(async () => {
  ground = await startEmbeddedGround();
  all = await runChecks(allChecks, ground, { report: () => undefined, isStopped: () => false });
});
afterAll(() => ground.close());

const named = (verdict: Checked['verdict']) =>
  all.filter((one) => one.verdict === verdict).map(({ check }) => check.name);

describe('the checks of AWS, asked of the embedded stack', () => {
  it('are answered as the design expects, and broke nowhere', () => {
    const unexpected = all.filter(({ verdict }) => verdict === 'differs' || verdict === 'broke');
    expect(unexpected.map(({ check, answer }) => `${check.name}: ${answer}`)).toEqual([]);
    expect(named('as expected').length).toBeGreaterThanOrEqual(19);
    expect(isGood(all)).toBe(true);
  });

  it('are measured where there is no wrong answer', () => {
    expect(named('measured')).toEqual(['duplicate-keys', 'sts-latency', 'iam-propagation']);
  });

  it('need AWS where the embedded stack has nothing that could be asked', () => {
    expect(named('needs AWS')).toEqual([
      'failed-condition-shows-item',
      'object-lock',
      'redrive-past-deny',
      'raw-path',
      'metric-dimensions',
      'rule-state',
    ]);
  });

  it('leave no role behind', async () => {
    expect(await ground.removals.run()).toEqual([]);
  });
});
