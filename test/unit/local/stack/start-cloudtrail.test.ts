import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CloudTrailRecord } from '../../../../local/cloudtrail/cloudtrail-record.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { systemIds } from '../../../../local/ids.ts';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { createListeners } from '../../../../local/stack/listeners.ts';
import { startCloudTrail } from '../../../../local/stack/start-cloudtrail.ts';
import { createEvents } from '../../../../local/stack/start-events.ts';
import { readTemplate } from '../../../../local/template/read-template.ts';
import { home, stoppedClock } from '../emulated-call.ts';
import { BROKER_ROLE, createStsFixture } from '../sts/sts-fixture.ts';

const place = { ...home, endpoint: 'http://127.0.0.1:4566' };
// cspell:ignore Dashaccount -- how the packager writes `scan-account`
const FUNCTION = 'ScanDashaccountLambdaFunction';
const rule = {
  EventPattern: {
    source: ['aws.sts'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: [{ prefix: BROKER_ROLE }] } } } },
  },
  State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
  Targets: [{ Id: 'correlate', Arn: { 'Fn::GetAtt': [FUNCTION, 'Arn'] } }],
};
const permission = {
  FunctionName: { 'Fn::GetAtt': [FUNCTION, 'Arn'] },
  Action: 'lambda:InvokeFunction',
  Principal: 'events.amazonaws.com',
  SourceArn: { 'Fn::GetAtt': ['Seen', 'Arn'] },
};

/** The template with a rule on the default bus, and a denied call of the broker's role. */
async function recordACall(resources: object) {
  const template = JSON.parse(readFileSync(new URL('../template/packaged-template.json', import.meta.url), 'utf8'));
  Object.assign(template.Resources, resources);
  const clock = stoppedClock();
  const taken: { readonly functionName: string; readonly payload: string }[] = [];
  const said: string[] = [];
  const authorize = createAuthorize({ clock });
  const { bus } = createEvents({
    wiring: readTemplate(template, place),
    home,
    store: createQueueStore({ clock, ids: systemIds }),
    authorize,
    asyncInvocations: {
      accept: (event) => taken.push(event),
      activity: () => 0,
      waiting: () => 0,
      close: () => undefined,
    },
    clock,
    ids: systemIds,
    log: (line) => said.push(line),
  });
  const records = createListeners<CloudTrailRecord>();
  const cloudTrail = startCloudTrail({
    clock,
    ids: systemIds,
    home,
    authorize,
    bus,
    records,
    recordCloudTrail: records.tell,
  });
  const sts = createStsFixture();
  await sts.assume({}).catch(() => undefined);
  for (const record of sts.records) cloudTrail.record(record);
  while (cloudTrail.activity() > 0) await new Promise(setImmediate);
  return { taken, said, records: sts.records };
}

describe('what CloudTrail records', () => {
  it('reaches the function of a rule on the default bus', async () => {
    const { taken, records } = await recordACall({
      Seen: { Type: 'AWS::Events::Rule', Properties: rule },
      Permitted: { Type: 'AWS::Lambda::Permission', Properties: permission },
    });
    expect(taken).toMatchObject([{ functionName: 'credential-broker-local-scan-account' }]);
    expect(JSON.parse(taken[0]?.payload ?? '')).toMatchObject({ source: 'aws.sts', detail: records[0] });
  });

  it('does not reach it through a rule that is merely enabled', async () => {
    const { taken } = await recordACall({
      Seen: { Type: 'AWS::Events::Rule', Properties: { ...rule, State: 'ENABLED' } },
      Permitted: { Type: 'AWS::Lambda::Permission', Properties: permission },
    });
    expect(taken).toEqual([]);
  });

  it('is lost where the function does not let the rule in', async () => {
    const { taken, said } = await recordACall({ Seen: { Type: 'AWS::Events::Rule', Properties: rule } });
    expect(taken).toEqual([]);
    expect(said.join()).toContain('NO_PERMISSIONS');
  });
});
