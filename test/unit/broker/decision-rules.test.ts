import { expect, it } from 'vitest';
import { decisionRules } from '../../../lib/broker/decision-rules.ts';

it('decisions go by the deployment’s settings, in milliseconds, and never into the broker’s own account', () => {
  const settings = {
    mode: 'dedicated' as const,
    partition: 'aws' as const,
    tenantRoles: { path: '/credential-broker/', namePattern: '*' },
    forbiddenAccountIds: ['999999999999'],
    requests: { maximumAgeSeconds: 86_400, maximumFutureSeconds: 300 },
  };
  expect(decisionRules({ brokerAccountId: '111111111111' }, settings)).toStrictEqual({
    mode: 'dedicated',
    roleArnRules: {
      partition: 'aws',
      ...settings.tenantRoles,
      forbiddenAccountIds: ['111111111111', '999999999999'],
    },
    maximumAgeMs: 86_400_000,
    maximumFutureMs: 300_000,
    maximumHops: 3,
  });
});
