import { describe, expect, it } from 'vitest';
import { makeReadTrails } from '../../../../lib/audit/correlation/cloudtrail-trails.ts';
import { trailFinding } from '../../../../lib/audit/correlation/trail-fitness.ts';
import { makeCallCloudTrail } from '../../../../lib/platform/cloudtrail-call.ts';
import { frozenClock } from '../../../support/frozen-clock.ts';

type Answers = Readonly<Record<string, unknown>>;
const TRAIL = { TrailARN: 'arn:aws:cloudtrail:eu-west-1:111111111111:trail/x', IsMultiRegionTrail: true };
const MANAGEMENT = { Field: 'eventCategory', Equals: ['Management'] };
const basic = (change: object = {}) => ({
  EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, ...change }],
});
const advanced = (...FieldSelectors: object[]) => ({
  AdvancedEventSelectors: [{ FieldSelectors: [MANAGEMENT, ...FieldSelectors] }],
});

const CASES: readonly [string, { trail?: object; status?: unknown; selectors?: unknown }, string | undefined][] = [
  ['all management events', { selectors: basic() }, undefined],
  ['read events alone', { selectors: basic({ ReadWriteType: 'ReadOnly' }) }, undefined],
  ['write events alone', { selectors: basic({ ReadWriteType: 'WriteOnly' }) }, 'noReadEvents'],
  ['data events alone', { selectors: basic({ IncludeManagementEvents: false }) }, 'noReadEvents'],
  ['one region', { trail: { IsMultiRegionTrail: false }, selectors: basic() }, 'notMultiRegion'],
  ['a stopped trail', { status: { IsLogging: false }, selectors: basic() }, 'notLogging'],
  ['an organisation’s trail that we may not read', { selectors: undefined }, 'unreadable'],
  ['advanced: all of management', { selectors: advanced() }, undefined],
  [
    'advanced: without KMS',
    { selectors: advanced({ Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }) },
    undefined,
  ],
  [
    'advanced: without STS',
    { selectors: advanced({ Field: 'eventSource', NotEquals: ['sts.amazonaws.com'] }) },
    'noReadEvents',
  ],
  [
    'advanced: of STS alone',
    { selectors: advanced({ Field: 'eventSource', Equals: ['sts.amazonaws.com'] }) },
    undefined,
  ],
  [
    'advanced: of IAM alone',
    { selectors: advanced({ Field: 'eventSource', Equals: ['iam.amazonaws.com'] }) },
    'noReadEvents',
  ],
  ['advanced: read', { selectors: advanced({ Field: 'readOnly', Equals: ['true'] }) }, undefined],
  ['advanced: write', { selectors: advanced({ Field: 'readOnly', Equals: ['false'] }) }, 'noReadEvents'],
  [
    'advanced: by an operator that is not worked out',
    { selectors: advanced({ Field: 'eventSource', NotStartsWith: ['st'] }) },
    'noReadEvents',
  ],
  [
    'advanced: by a field that is not known',
    { selectors: advanced({ Field: 'userIdentity.arn', Equals: ['x'] }) },
    'noReadEvents',
  ],
  [
    'advanced: of data',
    { selectors: { AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] }] } },
    'noReadEvents',
  ],
];

function trailsOf(answers: Answers) {
  return makeReadTrails(async (action) => {
    if (answers[action] === undefined) throw new Error('AccessDenied');
    return answers[action];
  });
}

describe('a trail', () => {
  it.each(CASES)('with %s', async (_, { trail = {}, status = { IsLogging: true }, selectors }, finding) => {
    const answers = {
      DescribeTrails: { trailList: [{ ...TRAIL, ...trail }] },
      GetTrailStatus: status,
      GetEventSelectors: selectors,
    };
    expect(trailFinding(await trailsOf(answers)())).toBe(finding);
  });

  it('that is fit is enough beside others, and none is none', async () => {
    const fit = {
      isMultiRegion: true,
      isLogging: true,
      selectors: { basic: [{ readWriteType: 'All', includesManagement: true }], advanced: [] },
    };
    expect(trailFinding([{ ...fit, isLogging: false }, fit])).toBeUndefined();
    expect(
      trailFinding([
        { ...fit, isLogging: false },
        { ...fit, isMultiRegion: false },
      ]),
    ).toBe('notLogging');
    expect(trailFinding(await trailsOf({ DescribeTrails: { trailList: [] } })())).toBe('noTrail');
  });
});

describe('a call of CloudTrail', () => {
  const asked: { readonly url: string; readonly headers: Headers; readonly body: unknown }[] = [];
  const means = (...answers: readonly (() => Response)[]) => {
    const left = [...answers];
    return {
      credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' }),
      fetch: async (url: string | URL | Request, init?: RequestInit) => {
        asked.push({ url: String(url), headers: new Headers(init?.headers), body: init?.body });
        return left.shift()?.() ?? Response.error();
      },
      clock: frozenClock(),
      config: { homeRegion: 'cn-north-1', partition: 'aws-cn' as const },
    };
  };

  it('is signed for the home region, in its partition', async () => {
    const call = makeCallCloudTrail(means(() => Response.json({ trailList: [] })));
    expect(await call('DescribeTrails', { a: 1 })).toEqual({ trailList: [] });
    const [{ url, headers, body } = { url: '', headers: new Headers(), body: '' }] = asked;
    expect([url, body]).toEqual(['https://cloudtrail.cn-north-1.amazonaws.com.cn/', '{"a":1}']);
    expect(headers.get('x-amz-target')).toMatch(/CloudTrail_20131101\.DescribeTrails$/);
    expect(headers.get('authorization')).toContain('/20310506/cn-north-1/cloudtrail/aws4_request');
  });

  it('is made again when CloudTrail is busy, and not when it says no', async () => {
    const busy = () => new Response('{}', { status: 503 });
    const denied = () => new Response('{"message":"secret"}', { status: 400 });
    expect(await makeCallCloudTrail(means(busy, busy, () => Response.json({})))('DescribeTrails', {})).toEqual({});
    const made = asked.length;
    const failing = makeCallCloudTrail(means(denied))('DescribeTrails', {});
    await expect(failing).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.not.stringContaining('secret'),
    });
    expect(asked.length).toBe(made + 1);
  });
});
