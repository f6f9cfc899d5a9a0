import { createStackClock, type StackClock } from '../../../local/clock.ts';
import type { Caller } from '../../../local/iam/caller.ts';
import type { PolicyDocument, PolicyStatement } from '../../../local/iam/policy-document.ts';
import type { StackIds } from '../../../local/ids.ts';
import type { ServiceCall } from '../../../local/service.ts';

/** Callers, calls, clock and ids for tests of emulated services, with the real authorisation behind them. */

export const home = { partition: 'aws', accountId: '111111111111', region: 'eu-west-1' };

export const START_MS = Date.parse('2026-11-21T10:00:00.000Z');

/** Stands still until advanced. */
export function stoppedClock(): StackClock {
  return createStackClock(() => START_MS);
}

export function countingIds(): StackIds {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    bytes: (length) => new Uint8Array(length).fill(++count % 256),
  };
}

export function allowing(...statements: Omit<PolicyStatement, 'Effect'>[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })) };
}

export const everything = allowing({ Action: '*', Resource: '*' });

/** A session of a role of the account. */
export function callerWith(policies: readonly PolicyDocument[], accountId = home.accountId): Caller {
  return {
    kind: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/worker/session-1`,
    principalArn: `arn:aws:iam::${accountId}:role/worker`,
    userId: 'AROAEXAMPLEEXAMPLE01:session-1',
    accessKeyId: 'ASIAEXAMPLEEXAMPLE01',
    identityPolicies: () => policies,
  };
}

export function callOf(caller: Caller, input: Readonly<Record<string, unknown>>): ServiceCall {
  return { caller, input, requestId: 'request-1', region: home.region, sourceIp: '127.0.0.1', userAgent: 'test' };
}
