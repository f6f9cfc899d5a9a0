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
  }).map((metric) => metric.dimensions.map(([, value]) => value));
  expect(dimensions).toEqual([
    ['switch.off', 'issue-credentials', 'request.refused'],
    ['issue-credentials', 'request.refused'],
    ['issue-credentials', 'request.allowed'],
  ]);
});
