import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STAGE_METRICS } from '../../lib/platform/stage-durations.ts';
import { emittedIn } from '../support/emitted-metrics.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';

let stack: LocalStack;
const written: string[] = [];
beforeAll(async () => {
  stack = await startLocalStack();
  stack.onFunctionLog(({ line }) => void written.push(line));
}, 60_000);
afterAll(() => stack.close());

it('measures every stage of an issuance, and counts what the dashboard shows of it', async () => {
  const events = new EventBridgeClient(await stack.profile('scan-scheduler'));
  const Detail = JSON.stringify({ version: 1, tenantId: 'acme', job: 'scan-account' });
  const entry = { EventBusName: 'credential-broker-local', Source: 'com.example.scans', DetailType: 'RunJob', Detail };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
  await stack.idle();

  const metrics = emittedIn(written);
  expect(new Set(metrics.map(({ namespace }) => namespace))).toEqual(new Set(['CredentialBroker/local']));
  const told = metrics.map(({ name, dimensions }) => [name, ...dimensions.flat()].join(' '));
  const { claim, run, ...others } = STAGE_METRICS;
  expect(told).toEqual(
    expect.arrayContaining([
      ...Object.values(others).map((name) => `${name} service issue-credentials`),
      `${claim} service archive-audit`,
      `${run} service archive-audit`,
      'Transitions service issue-credentials transition request.allowed',
      'Transitions service issue-credentials transition issuance.intended',
      'Transitions service issue-credentials transition issuance.issued',
      'RunCompleted service scan-account',
    ]),
  );
  // One call to STS, one sample: the dashboard takes the share that is used from them.
  const calls = metrics.filter(({ name }) => name === STAGE_METRICS.assume).flatMap(({ values }) => values);
  expect(calls).toHaveLength(1);
});
