import { beforeAll, describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import { isAllowed, OWN, prefix, readPackagedWiring, region, runnerOf, TENANT } from './packaged-access.ts';

const JOBS = [...jobCatalogue.keys()];
const FUNCTIONS = ['issue-credentials', 'sweep-issuances', ...JOBS];

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const runner = (functionName: string) => runnerOf(wiring.roles, functionName);
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
const jobFunction = (name: string) => `arn:aws:lambda:${region}:${OWN}:function:${name}`;
const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;

describe('assuming a tenant’s role', () => {
  const trust: PolicyDocument = {
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWN}:root` }, Action: 'sts:AssumeRole' }],
  };
  const assume = (functionName: string, changes: Partial<AccessCheck> = {}) =>
    isAllowed({
      caller: runner(functionName),
      action: 'sts:AssumeRole',
      resource: tenantRole,
      resourceAccountId: TENANT,
      resourcePolicy: trust,
      resourcePolicyDecides: true,
      context: { 'sts:ExternalId': 'cb-local1-x' },
      ...changes,
    });

  it('is for issue-credentials, with an external ID, in the home region', () => {
    expect(assume('issue-credentials')).toBe(true);
  });

  it.each(['sweep-issuances', ...JOBS])('is denied to %s', (functionName) => {
    expect(assume(functionName)).toBe(false);
  });

  it.each<[string, Partial<AccessCheck>]>([
    ['without an external ID', { context: {} }],
    ['in another region', { region: 'us-east-1' }],
    ['outside the pattern', { resource: `arn:aws:iam::${TENANT}:role/admin` }],
    ['in our own account', { resource: `arn:aws:iam::${OWN}:role/credential-broker/x`, resourceAccountId: OWN }],
    // Were aws:ResourceAccount absent or wrong, the ARN would still tell.
    ['in our own account by ARN', { resource: `arn:aws:iam::${OWN}:role/credential-broker/x` }],
  ])('is denied %s', (_, changes) => {
    expect(assume('issue-credentials', changes)).toBe(false);
  });

  it('may mark the session without an external ID in that check', () => {
    expect(assume('issue-credentials', { action: 'sts:TagSession', context: {} })).toBe(false);
    const tagging = { Statement: [{ ...trust.Statement[0], Effect: 'Allow' as const, Action: 'sts:TagSession' }] };
    expect(assume('issue-credentials', { action: 'sts:TagSession', context: {}, resourcePolicy: tagging })).toBe(true);
  });
});

describe('the tables', () => {
  const reads = ['GetItem', 'Query', 'BatchGetItem', 'Scan'];
  const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
  const ofJob = {
    tenants: [],
    switches: ['GetItem', 'BatchGetItem'],
    limits: [],
    ledger: [],
    'ledger/index/due': [],
  };
  const wanted: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
    'issue-credentials': {
      tenants: ['GetItem', 'Query'],
      switches: ['GetItem', 'BatchGetItem'],
      limits: ['GetItem', 'PutItem', 'UpdateItem'],
      ledger: ['GetItem', 'PutItem', 'UpdateItem'],
      'ledger/index/due': [],
    },
    'sweep-issuances': {
      tenants: [],
      switches: [],
      limits: [],
      ledger: ['GetItem', 'UpdateItem'],
      'ledger/index/due': ['Query'],
    },
    ...Object.fromEntries(JOBS.map((job) => [job, ofJob])),
  };
  it.each(Object.entries(wanted))('are open to %s for just its calls', (functionName, tables) => {
    const found = Object.keys(tables).map((name) => {
      const context = { 'dynamodb:LeadingKeys': ['other.row'], 'dynamodb:Attributes': ['recordId', 'state'] };
      const may = (action: string) =>
        isAllowed({ caller: runner(functionName), action: `dynamodb:${action}`, resource: table(name), context });
      return [name, [...reads, ...writes].filter(may).sort()];
    });
    const sorted = Object.entries(tables).map(([name, actions]) => [name, [...actions].sort()]);
    expect(found).toEqual(sorted);
  });

  it.each([
    ['issue-credentials', 'claim'],
    ['issue-credentials', 'report'],
    ['sweep-issuances', 'claim'],
    ['sweep-issuances', 'report'],
  ])('never take from %s what a job says in %s', (functionName, attribute) => {
    const context = { 'dynamodb:LeadingKeys': ['scan-account.row'], 'dynamodb:Attributes': ['recordId', attribute] };
    const update = { action: 'dynamodb:UpdateItem', resource: table('ledger'), context };
    expect(isAllowed({ caller: runner(functionName), ...update })).toBe(false);
  });

  type Changes = Record<string, string | string[] | undefined>;
  const claims: readonly (readonly [string, boolean, (own: string, other: string) => Changes])[] = [
    ['a claim of its own', true, () => ({})],
    ['a report of its own', true, () => ({ 'dynamodb:Attributes': ['recordId', 'state', 'claim', 'report'] })],
    ['no return values at all', true, () => ({ 'dynamodb:ReturnValues': undefined })],
    ['a row of another job', false, (_, other) => ({ 'dynamodb:LeadingKeys': [`${other}.row`] })],
    ['a request', false, () => ({ 'dynamodb:LeadingKeys': ['req_row'] })],
    ['a job whose name begins the same', false, (own) => ({ 'dynamodb:LeadingKeys': [`${own}s.row`] })],
    ['no key', false, () => ({ 'dynamodb:LeadingKeys': undefined })],
    ['no attributes', false, () => ({ 'dynamodb:Attributes': undefined })],
    ['the trail', false, () => ({ 'dynamodb:Attributes': ['recordId', 'state', 'trail'] })],
    ['the whole row as it was', false, () => ({ 'dynamodb:ReturnValues': 'ALL_OLD' })],
    ['the whole row as it is', false, () => ({ 'dynamodb:ReturnValues': 'ALL_NEW' })],
  ];
  const ofEachJob = JOBS.flatMap((job) =>
    claims.map(([name, allowed, changes]) => {
      const other = JOBS.find((another) => another !== job) ?? 'another';
      return { job, name, allowed, changes: changes(job, other) };
    }),
  );
  it.each(ofEachJob)('answer to $job, for $name: $allowed', ({ job, allowed, changes }) => {
    const claim: Changes = {
      'dynamodb:LeadingKeys': [`${job}.row`],
      'dynamodb:Attributes': ['recordId', 'state', 'ticket', 'claim'],
      'dynamodb:ReturnValues': 'UPDATED_OLD',
    };
    const given = Object.entries({ ...claim, ...changes }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    const update = { action: 'dynamodb:UpdateItem', resource: table('ledger'), context: Object.fromEntries(given) };
    expect(isAllowed({ caller: runner(job), ...update })).toBe(allowed);
  });
});

describe('invoking', () => {
  it('is for issue-credentials, of the jobs of the catalogue', () => {
    const may = (functionName: string, target: string) =>
      isAllowed({ caller: runner(functionName), action: 'lambda:InvokeFunction', resource: jobFunction(target) });
    for (const job of JOBS) expect(may('issue-credentials', `${prefix}-${job}`), job).toBe(true);
    expect(may('issue-credentials', `${prefix}-issue-credentials`)).toBe(false);
    expect(may('issue-credentials', 'evil')).toBe(false);
    expect(may('sweep-issuances', `${prefix}-scan-account`)).toBe(false);
    for (const job of JOBS) expect(may(job, `${prefix}-scan-account`), job).toBe(false);
  });
});

describe('the logs', () => {
  it.each(FUNCTIONS)('of %s are written by it alone', (functionName) => {
    const group = `arn:aws:logs:${region}:${OWN}:log-group:/aws/lambda/${prefix}-${functionName}:log-stream:x`;
    const writers = FUNCTIONS.filter((writer) =>
      isAllowed({ caller: runner(writer), action: 'logs:PutLogEvents', resource: group }),
    );
    expect(writers).toEqual([functionName]);
  });
});
