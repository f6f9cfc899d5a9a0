import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';

const credentials = {
  accessKeyId: 'AKIALOCALSCANSCHEDUL',
  secretAccessKey: 'local-scan-scheduler-not-a-real-secret-x',
};
const entry = {
  EventBusName: 'credential-broker-local',
  Source: 'com.example.scans',
  DetailType: 'RunJob',
  Detail: JSON.stringify({ version: 1, tenantId: 'nobody', job: 'scan-account' }),
};

it.each([
  { title: 'and not what the functions write', options: [], logs: false },
  { title: 'and with --logs what the functions write', options: ['--logs'], logs: true },
])('npm run local tells what became of a request, $title', async ({ options, logs }) => {
  await packageStage({ stage: 'local', log: () => undefined });
  const child = spawn(process.execPath, ['local/main.ts', '--port', '0', ...options], { cwd: projectRoot });
  const exited = once(child, 'exit');
  let [told, ready] = ['', ''];
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  child.stdout.on('data', (chunk) => {
    ready += chunk;
  });
  await expect.poll(() => ready, { timeout: 20_000 }).toContain('\n');
  const bus = new EventBridgeClient({ endpoint: JSON.parse(ready).endpoint, region: 'eu-west-1', credentials });
  await bus.send(new PutEventsCommand({ Entries: [entry] }));
  await expect
    .poll(() => told, { timeout: 60_000 })
    .toMatch(
      /^\d\d:\d\d:\d\d {2}refused {10}nobody scan-account {2}req_\w+ {2}by scan-scheduler {2}tenant\.unknown: /m,
    );
  expect(told.includes('"transition":"request.refused"')).toBe(logs);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
