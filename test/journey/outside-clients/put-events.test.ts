import { expect, it } from 'vitest';
import type { Transition } from '../../../local/stack/transition.ts';
import { awsAs, awsCli, boto3, describeWith, pythonAs } from './outside-clients.ts';
import { stackForClients } from './stack-for-clients.ts';

const BUS = 'credential-broker-local';

function entries(source: string, detail: string): string {
  return JSON.stringify([{ EventBusName: BUS, Source: source, DetailType: 'RunJob', Detail: detail }]);
}
const detail = JSON.stringify({ version: 1, tenantId: 'nobody', job: 'scan-account' });

describeWith(awsCli, 'put-events of the AWS CLI', () => {
  const stack = stackForClients();
  const aws = awsAs(() => stack().awsConfigFile);
  const put = (profile: string, text: string) => aws(profile, 'events', 'put-events', '--entries', text);

  it('brings a request to the broker, which decides it', async () => {
    const transitions: Transition[] = [];
    const stop = stack().onTransition((transition) => transitions.push(transition));
    const { exitCode, stdout } = await put('scan-scheduler', entries('com.example.scans', detail));
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      { FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }] },
    ]);
    await stack().idle();
    await expect
      .poll(() => transitions)
      .toMatchObject([
        { transition: 'request.refused', details: { requester: 'scan-scheduler', code: 'tenant.unknown' } },
      ]);
    stop();
  });

  it('fails for a declared source that the bus keeps for another principal', async () => {
    const { exitCode, stderr } = await put('stranger', entries('com.example.scans', detail));
    expect(exitCode).toBe(255);
    expect(stderr).toContain('An error occurred (AccessDeniedException) when calling the PutEvents operation: ');
    expect(stderr).toContain('with an explicit deny in a resource-based policy');
  });

  it('succeeds with a failed entry for a detail that is no JSON', async () => {
    const { exitCode, stdout } = await put('scan-scheduler', entries('com.example.scans', 'not JSON'));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'MalformedDetail' }] });
  });
});

describeWith(boto3, 'put_events of boto3', () => {
  const stack = stackForClients();
  const python = pythonAs(() => stack().awsConfigFile);
  const put = (source: string, text: string) => `Entries=json.loads(${JSON.stringify(entries(source, text))})`;

  it('takes a good entry and names what is wrong with a bad one', async () => {
    const told = await python(
      'scan-scheduler',
      `events = boto3.client('events')
tell([events.put_events(${put('com.example.scans', detail)})['FailedEntryCount'],
      events.put_events(${put('com.example.scans', '{')})['Entries'][0]['ErrorCode']])`,
    );
    expect(told).toEqual([0, 'MalformedDetail']);
  });

  it('raises AccessDeniedException for a declared source of another principal', async () => {
    const script = `tell(error_of(boto3.client('events').put_events, ${put('com.example.scans', detail)}))`;
    expect(await python('stranger', script)).toEqual(['AccessDeniedException', 400]);
  });
});
