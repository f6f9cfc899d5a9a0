import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeStageDurations } from '../../../lib/platform/stage-durations.ts';
import { emittedMetrics } from '../../support/emitted-metrics.ts';

let nowMs: number;
beforeEach(() => {
  nowMs = 1_000;
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'issue-credentials');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'CredentialBroker/local');
});
afterEach(() => vi.unstubAllEnvs());

const aClock = { nowMs: () => nowMs };

function published(stages: ReturnType<typeof makeStageDurations>) {
  return emittedMetrics(() => stages.publish()).map(({ name, unit, values, dimensions }) => {
    return [name, unit, values, dimensions.flat().join(' ')];
  });
}

it('tells each call of a stage, in milliseconds, by the service alone', async () => {
  const stages = makeStageDurations({ clock: aClock });
  const assume = stages.timed('assume', async (takesMs: number) => {
    nowMs += takesMs;
    return 'assumed';
  });
  await expect(assume(120)).resolves.toBe('assumed');
  await assume(80);
  expect(published(stages)).toEqual([['AssumeDuration', 'Milliseconds', [120, 80], 'service issue-credentials']]);
});

it('tells of work that fails too, which fails as before', async () => {
  const stages = makeStageDurations({ clock: aClock });
  const record = stages.timed('record', async () => {
    nowMs += 7;
    throw new Error('the table is away');
  });
  await expect(record()).rejects.toThrow('the table is away');
  expect(published(stages)).toEqual([['RecordDuration', 'Milliseconds', [7], 'service issue-credentials']]);
});

it('takes what lasted less than nothing for nothing, when a clock was set', () => {
  const stages = makeStageDurations({ clock: aClock });
  stages.note('queue', -5_000);
  expect(published(stages)).toEqual([['QueueDuration', 'Milliseconds', [0], 'service issue-credentials']]);
});

it('writes nothing where nothing was noted, nor anything twice', () => {
  const stages = makeStageDurations({ clock: aClock });
  expect(published(stages)).toEqual([]);
  stages.note('invoke', 3);
  expect(published(stages)).toHaveLength(1);
  expect(published(stages)).toEqual([]);
});
