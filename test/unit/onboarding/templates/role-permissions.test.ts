import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../lib/jobs/job.ts';
import { jobCatalogue } from '../../../../lib/jobs/job-catalogue.ts';
import { everyResource } from '../../../../lib/jobs/policy-statement.ts';
import { buildSessionPolicy } from '../../../../lib/jobs/session-policy.ts';
import { policySize } from '../../../../lib/onboarding/templates/policy-json.ts';
import { type RolePermissionsInput, rolePermissions } from '../../../../lib/onboarding/templates/role-permissions.ts';
import type { Partition } from '../../../../lib/platform/deployment-config/deployment-config.ts';
import { evaluateIdentityPolicies } from '../../../../local/iam/evaluate-policy.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../../../local/iam/policy-document.ts';
import { requestContext } from '../../../../local/iam/request-context.ts';

const partitions: readonly Partition[] = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'];
const names = [...jobCatalogue.keys()];
const BEFORE_THE_FENCE = { 'aws:CurrentTime': '2029-01-01T00:00:00Z' };

/** What tenants may set; of a job that is not here, its own default and largest settings are tried. */
const settingsByJob: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'scan-account': fc.option(
    fc.record(
      { bucketNamePrefixes: fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{2,10}$/), { minLength: 1, maxLength: 5 }) },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  ),
  'process-logs': fc.record({
    bucket: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,10}[a-z0-9]$/),
    prefix: fc.stringMatching(/^[A-Za-z0-9+=,.@_/:-]{1,30}$/),
  }),
};

function settingsOf(job: Job): fc.Arbitrary<unknown> {
  const ownOnes = 'defaultSettings' in job ? [job.defaultSettings, job.largestSettings] : [job.largestSettings];
  return settingsByJob[job.name] ?? fc.constantFrom(...ownOnes);
}

type Sample = { readonly input: RolePermissionsInput; readonly sessions: readonly PolicyDocument[] };

const samples: fc.Arbitrary<Sample> = fc
  .record({
    jobNames: fc.subarray(names, { minLength: 1 }),
    partition: fc.constantFrom(...partitions),
    settings: fc.record(Object.fromEntries([...jobCatalogue.values()].map((job) => [job.name, settingsOf(job)]))),
  })
  .map(({ jobNames, partition, settings }) => {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const input = { jobNames, partition, settings: given, catalogue: jobCatalogue };
    return { input, sessions: jobNames.map((name) => sessionOf(name, input)) };
  });

function sessionOf(name: string, { settings, partition }: RolePermissionsInput): PolicyDocument {
  const job = jobCatalogue.get(name);
  if (job === undefined) throw new Error(`no job ${name}`);
  const fenceMs = Date.UTC(2030, 5, 5);
  const policy = buildSessionPolicy({ job, settings: settings[name] ?? job.defaultSettings, fenceMs, partition });
  if (!policy.built) throw new Error(policy.reason);
  return parsePolicyDocument(policy.json, 'identity');
}

function roleOf(input: RolePermissionsInput): PolicyDocument {
  const permissions = rolePermissions(input);
  if (!permissions.built) throw new Error(permissions.explanation);
  return parsePolicyDocument(permissions.policy, 'identity');
}

type Ask = { readonly action: string; readonly resource: string; readonly context: Readonly<Record<string, string>> };

function allows(policy: PolicyDocument, { action, resource, context }: Ask): boolean {
  const request = { action, resource, context: requestContext(context, BEFORE_THE_FENCE) };
  return evaluateIdentityPolicies([policy], request) === 'allowed';
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

/** Calls that these policies allow, one for each action and resource, with something for every wildcard. */
function allowedAsks(sessions: readonly PolicyDocument[], rest: string): readonly Ask[] {
  return sessions.flatMap(({ Statement }) =>
    Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action, Resource, Condition }) => {
      const keys = Object.values(Condition ?? {}).flatMap((block) => Object.entries(block));
      const context = Object.fromEntries(keys.map(([key, value]) => [key, listOf(value)[0] ?? '']));
      return listOf(Action).flatMap((action) =>
        listOf(Resource).map((resource) => ({ action, context, resource: resource.replace(/\*$/, rest) })),
      );
    }),
  );
}

describe('the permissions of a customer’s role', () => {
  it('allow whatever a session policy of its jobs allows', () => {
    fc.assert(
      fc.property(samples, fc.stringMatching(/^[A-Za-z0-9/.-]{0,8}$/), ({ input, sessions }, rest) => {
        const role = roleOf(input);
        const asks = allowedAsks(sessions, rest);
        expect(asks.length).toBeGreaterThan(0);
        for (const ask of asks) {
          expect(sessions.some((session) => allows(session, ask))).toBe(true);
          expect(allows(role, ask), JSON.stringify(ask)).toBe(true);
        }
      }),
    );
  });

  it('allow nothing that no session policy of its jobs allows', () => {
    const action = fc.constantFrom(
      's3:ListAllMyBuckets',
      's3:ListBucket',
      's3:GetObject',
      's3:PutObject',
      'iam:GetRole',
    );
    fc.assert(
      fc.property(samples, samples, action, fc.nat(), ({ input, sessions }, other, otherAction, nth) => {
        const role = roleOf(input);
        // What another tenant's sessions may, what this one's may not quite, and what nobody asked for.
        const near = [...allowedAsks(other.sessions, 'x'), ...allowedAsks(sessions, 'x')];
        const [ask] = near.slice(nth % near.length);
        if (ask === undefined) throw new Error('no call to try');
        for (const each of [ask, { ...ask, action: otherAction }, { ...ask, context: {} }]) {
          expect(allows(role, each), JSON.stringify(each)).toBe(sessions.some((session) => allows(session, each)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('go on where the fence of a session ends it', () => {
    expect(JSON.stringify(roleOf({ jobNames: names, partition: 'aws', catalogue: jobCatalogue, ...logs }))).not.toMatch(
      /Deny|CurrentTime/,
    );
  });
});

const logs = { settings: { 'process-logs': { bucket: 'logs', prefix: 'a/' } } };
const plain: RolePermissionsInput = {
  jobNames: ['scan-account'],
  catalogue: jobCatalogue,
  settings: {},
  partition: 'aws',
};

describe('no permissions', () => {
  const refusals: readonly [string, Partial<RolePermissionsInput>, object][] = [
    ['no job', { jobNames: [] }, { reason: 'job.notEnabled' }],
    ['a job that there is not', { jobNames: ['scan-account', 'nope'] }, { reason: 'job.unknown' }],
    ['a job of Object.prototype', { jobNames: ['constructor'] }, { reason: 'job.unknown' }],
    ['a job without its settings', { jobNames: ['process-logs'] }, { reason: 'policy.parameterInvalid' }],
    [
      'settings with a wildcard',
      { settings: { 'scan-account': { bucketNamePrefixes: ['*'] } } },
      { reason: 'policy.parameterInvalid', explanation: expect.stringContaining('job scan-account') },
    ],
    [
      'settings with an unknown key',
      { settings: { 'scan-account': { everything: true } } },
      { reason: 'policy.parameterInvalid' },
    ],
  ];
  it.each(refusals)('are made of %s', (_, changes, refusal) => {
    expect(rolePermissions({ ...plain, ...changes })).toMatchObject({ built: false, ...refusal });
  });

  it.each<[Partial<RolePermissionsInput>, string, string]>([
    [{ jobNames: [] }, 'job.notEnabled', 'the role would serve no job'],
    [{ jobNames: ['no"pe'] }, 'job.unknown', 'the catalogue has no job "no\\"pe"'],
    [
      { settings: { 'scan-account': { bucketNamePrefixes: ['*'] } } },
      'policy.parameterInvalid',
      'job scan-account: parameter bucketNamePrefixes.0, allowed what the settings of the job declare',
    ],
  ])('are made, and it is said why: %j', (changes, reason, explanation) => {
    expect(rolePermissions({ ...plain, ...changes })).toEqual({ built: false, reason, explanation });
  });

  it.each([
    [10_240, true],
    [10_241, false],
  ])('are made of %i characters: %s', (size, built) => {
    const scan = jobCatalogue.get('scan-account');
    if (scan === undefined) throw new Error('no scan-account');
    const sessionPolicy = () => [
      { effect: 'Allow' as const, actions: ['s3:GetObject' as const], resources: [everyResource] },
    ];
    // Its one statement bears the job's name, of as many letters as it takes.
    const ofName = (letters: number) => {
      const name = 'x'.repeat(letters);
      const catalogue = new Map([[name, { ...scan, name, sessionPolicy }]]);
      return rolePermissions({ ...plain, jobNames: [name], catalogue });
    };
    const least = ofName(1);
    const leastSize = least.built ? policySize(least.policy) : 0;
    expect(ofName(1 + size - leastSize)).toMatchObject({ built });
  });

  it('are made larger than IAM takes', () => {
    const scan = jobCatalogue.get('scan-account');
    if (scan === undefined) throw new Error('no scan-account');
    const many = Array.from({ length: 15 }, (_, n) => ({ ...scan, name: `scan-${n}` }));
    const catalogue = new Map(many.map((job) => [job.name, job]));
    const settings = Object.fromEntries(many.map(({ name, largestSettings }) => [name, largestSettings]));
    const input = { ...plain, catalogue, settings, jobNames: [...catalogue.keys()] };
    const refusal = rolePermissions(input);
    expect(refusal).toMatchObject({ built: false, reason: 'policy.tooLarge' });
    const explanation = 'explanation' in refusal ? refusal.explanation : '';
    expect(explanation).toMatch(/^\d{5} characters, and IAM takes 10240 for a role$/);
  });

  it('are told with all that is too large about a session', () => {
    const scan = jobCatalogue.get('scan-account');
    if (scan === undefined) throw new Error('no scan-account');
    const actions = Array.from({ length: 400 }, (_, index) => `s3:Get${index}` as const);
    const sessionPolicy = () => [{ effect: 'Allow' as const, actions, resources: [everyResource] }];
    const catalogue = new Map([['scan-account', { ...scan, sessionPolicy }]]);
    const refusal = rolePermissions({ ...plain, catalogue });
    expect(refusal).toMatchObject({ built: false, reason: 'policy.tooLarge' });
    expect('explanation' in refusal && refusal.explanation).toMatch(/^job scan-account: size \d+, limit 2048$/);
  });

  it('are the tenant’s own settings’, and the job’s own where it has none', () => {
    const textOf = (settings: RolePermissionsInput['settings']) =>
      JSON.stringify(rolePermissions({ ...plain, settings }));
    expect(textOf({ 'scan-account': { bucketNamePrefixes: ['acme'] } })).toContain('acme');
    expect(textOf({})).toBe(textOf({ 'process-logs': { bucket: 'x' } }));
    // Given, and not what the job takes: it does not fall back.
    expect(rolePermissions({ ...plain, settings: { 'scan-account': undefined } })).toMatchObject({ built: false });
  });

  it('say of each statement which job it is for', () => {
    const input = { ...plain, jobNames: names, ...logs };
    const made = rolePermissions(input);
    const sids = made.built ? made.policy.Statement.map(({ Sid }) => Sid) : [];
    expect(sids).toContain('ScanAccount1');
    expect(sids).toContain('ProcessLogs1');
    expect(new Set(sids).size).toBe(sids.length);
    expect(made.built && made.policy.Version).toBe('2012-10-17');
  });

  it('are asked twice for a job that is named twice', () => {
    expect(rolePermissions({ ...plain, jobNames: ['scan-account', 'scan-account'] })).toEqual(rolePermissions(plain));
  });
});
