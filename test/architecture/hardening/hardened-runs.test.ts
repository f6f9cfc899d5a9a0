import { beforeAll, describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { READ_OF_ISSUANCE } from '../../../lib/onboarding/trust/ended-session.ts';
import { counterIds } from '../../../lib/platform/table-keys.ts';
import { compileEventPattern } from '../../../local/eventbridge/event-pattern.ts';
import { readTemplate } from '../../../local/template/read-template.ts';
import type { Wiring } from '../../../local/template/wiring.ts';
import { isAllowed, OWN, prefix, region, runnerOf } from '../packaged-access.ts';
import { sourceFiles } from '../source-files.ts';
import { ofType, packageWith, type Template } from './hardened-template.ts';

// cspell:ignore Dashaccount Dashlogs -- how the packager writes hyphens
/** The template of a stage that isolates tenants and pauses roles: `hardening.tenantIsolation`, `onRevokedSessions`. */
let template: Template;
let wiring: Wiring;
beforeAll(async () => {
  ({ template } = await packageWith({ tenantIsolation: true, onRevokedSessions: 'pause' }));
  wiring = readTemplate(template, { accountId: OWN, region, partition: 'aws', endpoint: 'http://localhost' });
}, 90_000);

const jobs = [...jobCatalogue.keys()].map((name) => `${prefix}-${name}`).sort();

describe('isolated jobs', () => {
  it('are all of the catalogue, and no other function is isolated', () => {
    const isolated = ofType(template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties['TenancyConfig'],
    );
    expect(isolated.map(([, { Properties }]) => Properties['FunctionName']).sort()).toEqual(jobs);
    for (const [, { Properties }] of isolated)
      expect(Properties['TenancyConfig']).toEqual({ TenantIsolationMode: 'PER_TENANT' });
  });

  it('have nothing with which tenant isolation mode does not go: no URL, mapping, rule, alias, version, SnapStart', () => {
    const isolated = wiring.functions.filter(({ isolatesTenants }) => isolatesTenants);
    expect(isolated.map(({ name }) => name).sort()).toEqual(jobs);
    expect(isolated.flatMap(({ aliases, urlAuthType }) => [...aliases, urlAuthType ?? []].flat())).toEqual([]);
    expect(wiring.mappings.filter(({ functionName }) => jobs.includes(functionName))).toEqual([]);
    expect(wiring.streamMappings.filter(({ functionName }) => jobs.includes(functionName))).toEqual([]);
    const arns = isolated.map(({ arn }) => arn);
    expect(wiring.ruleInvocations.filter(({ functionArn }) => arns.includes(functionArn))).toEqual([]);
    expect(ofType(template, 'AWS::Lambda::Version')).toEqual([]);
    const snapStarted = ofType(template, 'AWS::Lambda::Function').filter(
      ([, { Properties }]) => Properties['SnapStart'],
    );
    expect(snapStarted).toEqual([]);
    for (const type of ['AWS::Lambda::Alias', 'AWS::Lambda::Url'])
      for (const [id, { Properties }] of ofType(template, type)) {
        expect(Properties, id).not.toHaveProperty('ProvisionedConcurrencyConfig');
        expect(JSON.stringify(Properties), id).not.toMatch(/ScanDashaccount|ProcessDashlogs/);
      }
  });

  it('are invoked by the broker as before: the permission is on the function, whoever the tenant is', () => {
    const broker = runnerOf(wiring.roles, 'issue-credentials');
    const arn = (name: string) => `arn:aws:lambda:${region}:${OWN}:function:${name}`;
    for (const job of jobs)
      expect(isAllowed({ caller: broker, action: 'lambda:InvokeFunction', resource: arn(job) }), job).toBe(true);
  });
});

describe('sessions that a customer ended', () => {
  const fact = (change: object = {}, detail: object = {}) => ({
    version: '0',
    id: 'e',
    account: OWN,
    time: '2026-01-01T00:00:00Z',
    region,
    resources: [],
    source: 'credential-broker',
    'detail-type': 'IssuanceRecorded',
    ...change,
    detail: { issuanceId: 'x', tenantId: 'acme', state: 'failed', code: 'job.sessionRevoked', ...detail },
  });

  it('are told to verify-trust, and nothing else is', () => {
    const rule = wiring.rules.find(({ name }) => name === `${prefix}-sessions-revoked`);
    const verifier = `arn:aws:lambda:${region}:${OWN}:function:${prefix}-verify-trust`;
    expect(rule?.targets.map(({ arn, input }) => [arn, input])).toEqual([[verifier, undefined]]);
    expect(rule?.busName).toBe(prefix);
    expect(wiring.ruleInvocations).toContainEqual({ functionArn: verifier, ruleArn: rule?.arn });
    const matches = compileEventPattern(rule?.pattern);
    expect(matches(fact())).toBe(true);
    for (const other of [
      fact({ source: 'com.example.scans' }),
      fact({ 'detail-type': 'TrustChanged' }),
      fact({}, { code: 'job.failed' }),
      fact({}, { code: undefined }),
      fact({}, { state: 'completed' }),
    ])
      expect(matches(other), JSON.stringify(other)).toBe(false);
  });

  it('are put on that bus under that source by functions of the broker alone', () => {
    const bus = wiring.buses.find(({ name }) => name === prefix);
    const told = { 'events:source': 'credential-broker', 'events:detail-type': 'IssuanceRecorded' };
    const may = (name: string) =>
      isAllowed({
        caller: runnerOf(wiring.roles, name),
        action: 'events:PutEvents',
        resource: bus?.arn ?? '',
        ...(bus?.policy === undefined ? {} : { resourcePolicy: bus.policy }),
        context: told,
      });
    const names = wiring.functions.map(({ name }) => name.slice(prefix.length + 1));
    expect(names.filter(may)).toEqual(['archive-audit']);
  });

  it('are tried again when verify-trust fails', () => {
    const verifier = wiring.functions.find(({ name }) => name === `${prefix}-verify-trust`);
    expect(verifier?.eventInvokeConfig).toMatchObject({ maximumRetryAttempts: 2, maximumEventAgeSeconds: 300 });
  });

  it('ring when one of them is given up: a single one is not again and again', () => {
    const alarm = template.Resources['EndedSessionsErrorsAlarm']?.Properties;
    expect(alarm).toMatchObject({
      AlarmName: `${prefix}-ended-sessions-errors`,
      Threshold: 1,
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: 'AlarmsTopic' }],
      TreatMissingData: 'notBreaching',
    });
    const metrics = JSON.stringify(alarm?.['Metrics']);
    for (const told of [
      { Namespace: 'AWS/Lambda', MetricName: 'AsyncEventsDropped' },
      { Namespace: 'AWS/Events', MetricName: 'FailedInvocations' },
    ])
      expect(metrics).toContain(JSON.stringify(told).slice(1, -1));
    const [rule] = ofType(template, 'AWS::Events::Rule').filter(([id]) => id === 'SessionsRevokedRule');
    const name = rule?.[1].Properties['Name'];
    expect(metrics).toContain(
      JSON.stringify([
        { Name: 'EventBusName', Value: prefix },
        { Name: 'RuleName', Value: name },
      ]),
    );
    expect(ofType(template, 'AWS::Events::EventBus').map(([, { Properties }]) => Properties['Name'])).toEqual([prefix]);
  });

  const reading = {
    'dynamodb:LeadingKeys': [`scan-account.${'a'.repeat(32)}`],
    'dynamodb:Attributes': [...READ_OF_ISSUANCE],
    'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
  };
  it.each<[string, Record<string, string | readonly string[]>, boolean]>([
    ['what it goes by', reading, true],
    ['the ticket', { ...reading, 'dynamodb:Attributes': [...READ_OF_ISSUANCE, 'ticket'] }, false],
    ['everything', { ...reading, 'dynamodb:Select': 'ALL_ATTRIBUTES' }, false],
    ['nothing that is named', { ...reading, 'dynamodb:Attributes': [] }, false],
    ['a request', { ...reading, 'dynamodb:LeadingKeys': ['req_x'] }, false],
    ['an observation', { ...reading, 'dynamodb:LeadingKeys': ['seen_x'] }, false],
    ['no key', { ...reading, 'dynamodb:LeadingKeys': [] }, false],
    ['a request among issuances', { ...reading, 'dynamodb:LeadingKeys': ['scan-account.x', 'req_x'] }, false],
  ])('may be read of an issuance: %s', (_, context, expected) => {
    const ledger = wiring.tables.find(({ name }) => name === `${prefix}-ledger`);
    const caller = runnerOf(wiring.roles, 'verify-trust');
    const may = (action: string) => isAllowed({ caller, action, resource: ledger?.arn ?? '', context });
    expect(may('dynamodb:GetItem')).toBe(expected);
    for (const other of ['Query', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'])
      expect(may(`dynamodb:${other}`), other).toBe(false);
  });

  it('are counted by verify-trust in one row of the limits, beside that of its place', () => {
    const limits = wiring.tables.find(({ name }) => name === `${prefix}-limits`);
    const caller = runnerOf(wiring.roles, 'verify-trust');
    const may = (action: string, key: string) =>
      isAllowed({
        caller,
        action: `dynamodb:${action}`,
        resource: limits?.arn ?? '',
        context: { 'dynamodb:LeadingKeys': [key] },
      });
    for (const key of [counterIds.pauses, counterIds.verification]) {
      expect(['GetItem', 'PutItem'].map((action) => may(action, key))).toEqual([true, true]);
      expect(['UpdateItem', 'DeleteItem', 'Query'].filter((action) => may(action, key))).toEqual([]);
    }
    for (const key of [counterIds.sts, counterIds.breaker, 'pauses#'])
      expect(['GetItem', 'PutItem'].filter((action) => may(action, key))).toEqual([]);
  });

  it('ring where the brake leaves a role in use', () => {
    expect(template.Resources['EndedSessionsNotPausedAlarm']?.Properties).toMatchObject({
      AlarmName: `${prefix}-ended-sessions-not-paused`,
      Namespace: 'CredentialBroker/local',
      MetricName: 'Transitions',
      Dimensions: [
        { Name: 'service', Value: 'verify-trust' },
        { Name: 'transition', Value: 'role.notPaused' },
      ],
      Statistic: 'Sum',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmsTopic' }],
    });
    const written = sourceFiles('lib/onboarding/trust/*.ts').filter(({ text }) => text.includes("'role.notPaused'"));
    expect(written.length).toBe(1);
  });
});
