import { beforeEach, describe, expect, it } from 'vitest';
import type { StackClock } from '../../../../local/clock.ts';
import { createCloudTrailService } from '../../../../local/cloudtrail/cloudtrail-service.ts';
import { createTrail, type Trail, type TrailState } from '../../../../local/cloudtrail/trail.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { Service } from '../../../../local/service.ts';
import { allowing, callerWith, callOf, everything, home, START_MS, stoppedClock } from '../emulated-call.ts';

const TRAIL_ARN = 'arn:aws:cloudtrail:eu-west-1:111111111111:trail/management-events';
const admin = callerWith([everything]);

let clock: StackClock;
let trail: Trail;
let service: Service;
beforeEach(() => {
  clock = stoppedClock();
  trail = createTrail({ homeRegion: home.region, clock });
  service = createCloudTrailService({ trail, authorize: createAuthorize({ clock }), home });
});

type Who = { readonly caller?: Caller; readonly region?: string };

function ask(action: string, input: object = {}, { caller = admin, region = home.region }: Who = {}) {
  return service(action, { ...callOf(caller, { ...input }), region });
}

const describeTrails = (input?: object, who?: Who) => ask('DescribeTrails', input, who);
const notFound = { code: 'TrailNotFoundException', statusCode: 400 };

describe('the trail of the account', () => {
  it('sees the management events of all regions and logs, until it is told otherwise', async () => {
    expect(await describeTrails()).toEqual({
      trailList: [
        {
          Name: 'management-events',
          S3BucketName: 'management-events-111111111111',
          IncludeGlobalServiceEvents: true,
          IsMultiRegionTrail: true,
          HomeRegion: 'eu-west-1',
          TrailARN: TRAIL_ARN,
          LogFileValidationEnabled: true,
          HasCustomEventSelectors: false,
          HasInsightSelectors: false,
          IsOrganizationTrail: false,
        },
      ],
    });
    const status = await ask('GetTrailStatus', { Name: TRAIL_ARN });
    expect(status).toEqual({ IsLogging: true, StartLoggingTime: new Date(START_MS) });
    expect(await ask('GetEventSelectors', { TrailName: 'management-events' })).toEqual({
      TrailARN: TRAIL_ARN,
      EventSelectors: [
        { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
      ],
    });
  });

  const states: [TrailState, object, boolean, string][] = [
    ['stopped', { IsMultiRegionTrail: true, HasCustomEventSelectors: false }, false, 'All'],
    ['single-region', { IsMultiRegionTrail: false, HasCustomEventSelectors: false }, true, 'All'],
    ['write-only', { IsMultiRegionTrail: true, HasCustomEventSelectors: true }, true, 'WriteOnly'],
  ];
  it.each(states)('is answered as it is when it is "%s"', async (state, description, IsLogging, ReadWriteType) => {
    clock.advance(60_000);
    trail.set(state);
    expect(await describeTrails()).toMatchObject({ trailList: [description] });
    const status = await ask('GetTrailStatus', { Name: TRAIL_ARN });
    const time = IsLogging ? 'StartLoggingTime' : 'StopLoggingTime';
    expect(status).toEqual({ IsLogging, [time]: new Date(START_MS + 60_000) });
    expect(await ask('GetEventSelectors', { TrailName: TRAIL_ARN })).toMatchObject({
      EventSelectors: [{ ReadWriteType }],
    });
  });

  it('is not there when there is none', async () => {
    trail.set('none');
    expect(await describeTrails()).toEqual({ trailList: [] });
    await expect(ask('GetTrailStatus', { Name: TRAIL_ARN })).rejects.toMatchObject(notFound);
    await expect(ask('GetEventSelectors', { TrailName: TRAIL_ARN })).rejects.toMatchObject(notFound);
  });

  const region = 'us-east-1';
  const elsewhere: [string, TrailState, object, number][] = [
    ['one of all regions', 'logging', {}, 1],
    ['one of all regions, asked for without shadows', 'logging', { includeShadowTrails: false }, 0],
    ['one of a single region', 'single-region', {}, 0],
  ];
  it.each(elsewhere)('shows in another region %s', async (_title, state, input, count) => {
    trail.set(state);
    const { trailList } = await describeTrails(input, { region });
    expect(trailList).toHaveLength(count);
  });

  it('is known in another region by its ARN only', async () => {
    await expect(ask('GetTrailStatus', { Name: TRAIL_ARN }, { region })).resolves.toMatchObject({ IsLogging: true });
    await expect(ask('GetTrailStatus', { Name: 'management-events' }, { region })).rejects.toMatchObject(notFound);
  });

  it.each([
    [['management-events'], 1],
    [['other', TRAIL_ARN], 1],
    [['other'], 0],
  ])('is described by the names %j', async (trailNameList, count) => {
    expect((await describeTrails({ trailNameList }))['trailList']).toHaveLength(count);
  });

  it('is not shown to another account', async () => {
    const caller = callerWith([everything], '222222222222');
    expect(await describeTrails({}, { caller })).toEqual({ trailList: [] });
  });
});

describe('who may ask about trails', () => {
  const actions = ['DescribeTrails', 'GetTrailStatus', 'GetEventSelectors'];
  const input = { Name: TRAIL_ARN, TrailName: TRAIL_ARN };
  const denied = { code: 'AccessDeniedException', statusCode: 400 };

  it.each(actions)('%s is allowed by its own action', async (action) => {
    const Resource = action === 'DescribeTrails' ? '*' : TRAIL_ARN;
    const caller = callerWith([allowing({ Action: `cloudtrail:${action}`, Resource })]);
    await expect(ask(action, input, { caller })).resolves.toBeDefined();
    for (const other of actions.filter((one) => one !== action)) {
      await expect(ask(other, input, { caller })).rejects.toMatchObject(denied);
    }
  });

  it('tells who may not ask nothing about whether there is a trail', async () => {
    trail.set('none');
    await expect(ask('GetTrailStatus', input, { caller: callerWith([]) })).rejects.toMatchObject(denied);
  });

  it('has the list of trails allowed on no single trail', async () => {
    const caller = callerWith([allowing({ Action: 'cloudtrail:DescribeTrails', Resource: TRAIL_ARN })]);
    await expect(describeTrails({}, { caller })).rejects.toMatchObject(denied);
  });
});
