import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeTransitionLog } from '../../../lib/platform/transition-log.ts';
import { emittedMetrics } from '../../support/emitted-metrics.ts';

beforeEach(() => {
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'issue-credentials');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'CredentialBroker/local');
});
afterEach(() => vi.unstubAllEnvs());

function countsOf(code?: string) {
  const log = makeTransitionLog({ logLevel: 'ERROR' });
  return emittedMetrics(() => {
    log.transition({ transition: 'request.refused', tenantId: 'acme', ...(code === undefined ? {} : { code }) });
  });
}

const counted = { namespace: 'CredentialBroker/local', name: 'Transitions', unit: 'Count', values: [1] };
const byTransition = [
  ['service', 'issue-credentials'],
  ['transition', 'request.refused'],
];

it('counts a transition by its service and itself, and by nothing of whose it is', () => {
  expect(countsOf()).toEqual([{ ...counted, dimensions: byTransition }]);
});

it('counts one with a code by the code, and without it as well', () => {
  expect(countsOf('switch.off')).toEqual([
    { ...counted, dimensions: [['code', 'switch.off'], ...byTransition] },
    { ...counted, dimensions: byTransition },
  ]);
});

it('forgets the code of one transition when it counts the next', () => {
  const log = makeTransitionLog({ logLevel: 'ERROR' });
  const dimensions = emittedMetrics(() => {
    log.transition({ transition: 'request.refused', code: 'switch.off' });
    log.transition({ transition: 'request.allowed' });
    log.transition({ transition: 'request.refused' });
    log.transition({ transition: 'request.refused', code: 'job.unknown' });
  }).map((metric) => metric.dimensions.map(([, value]) => value));
  expect(dimensions).toEqual([
    ['switch.off', 'issue-credentials', 'request.refused'],
    ['issue-credentials', 'request.refused'],
    ['issue-credentials', 'request.allowed'],
    ['issue-credentials', 'request.refused'],
    ['job.unknown', 'issue-credentials', 'request.refused'],
    ['issue-credentials', 'request.refused'],
  ]);
});

it('writes a line and a count for each, and warns of nothing', () => {
  const log = makeTransitionLog({ logLevel: 'INFO' });
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  for (const code of ['switch.off', undefined, 'switch.off', 'job.unknown']) {
    log.transition({ transition: 'request.refused', ...(code === undefined ? {} : { code }) });
  }
  stdout.mockRestore();
  stderr.mockRestore();
  expect(written.map((line) => (line.includes('"_aws"') ? 'count' : JSON.parse(line).level))).toEqual([
    'INFO',
    'count',
    'INFO',
    'count',
    'INFO',
    'count',
    'INFO',
    'count',
  ]);
});
