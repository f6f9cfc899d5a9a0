import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot, readStageConfig } from '../../config/stage-config.ts';
import { PROGRESS_ATTRIBUTES } from '../../lib/on-demand/request-progress.ts';
import type { RequestOrigin } from '../../lib/requests/request.ts';
import { recogniseRequester } from '../../lib/requests/requester.ts';
import { readAccountsFile } from '../../local/accounts/accounts-file.ts';
import type { Caller } from '../../local/iam/caller.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../local/iam/policy-document.ts';
import { resolveIntrinsics } from '../../local/template/intrinsics.ts';
import { createReferenceScope, type TemplateResource } from '../../local/template/references.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import { anyone, everything, isAllowed, OWN, prefix, readPackagedWiring, region, runnerOf } from './packaged-access.ts';

const TAKERS = ['request-job', 'request-job-direct'];
const functionArn = (name: string) => `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}`;
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;
const viaUrl = { 'lambda:InvokedViaFunctionUrl': 'true', 'lambda:FunctionUrlAuthType': 'AWS_IAM' };

let wiring: Wiring;
let resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
let granted: ReadonlyMap<string, PolicyDocument>;
beforeAll(async () => {
  wiring = await readPackagedWiring();
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  resources = JSON.parse(readFileSync(templatePath, 'utf8')).Resources;
  const { principals } = await readAccountsFile(path.join(projectRoot, 'local', 'accounts', 'emulated-accounts.json'));
  granted = new Map(principals.flatMap(({ arn, policy }) => (policy === undefined ? [] : [[arn, policy] as const])));
});

function resolved(logicalId: string): Record<string, unknown> {
  const all = new Map(
    Object.entries(resources).map(([id, { Type, Properties }]): [string, TemplateResource] => [
      id,
      { logicalId: id, type: Type, properties: Properties },
    ]),
  );
  const scope = createReferenceScope(all, { accountId: OWN, region, partition: 'aws', endpoint: 'http://localhost' });
  return resolveIntrinsics(all.get(logicalId)?.properties, scope, logicalId) as Record<string, unknown>;
}

describe('the policy for those who call the function URL', () => {
  const holder = () => {
    const { PolicyDocument: document } = resolved('RequestersPolicy');
    return anyone(`arn:aws:iam::${OWN}:role/support-tool`, [parsePolicyDocument(document as object, 'identity')]);
  };
  const may = (action: string, context: Record<string, string>, resource = functionArn('request-job')) =>
    isAllowed({ caller: holder(), action: `lambda:${action}`, resource, context });

  it('opens the URL', () => {
    expect(may('InvokeFunctionUrl', viaUrl)).toBe(true);
    expect(may('InvokeFunction', viaUrl)).toBe(true);
  });

  it('opens nothing but through the URL, and no other function', () => {
    expect(may('InvokeFunction', {})).toBe(false);
    expect(may('InvokeFunction', { 'lambda:InvokedViaFunctionUrl': 'false' })).toBe(false);
    for (const other of ['request-job-direct', 'issue-credentials', 'scan-account', 'manage-tenants']) {
      expect(may('InvokeFunctionUrl', viaUrl, functionArn(other)), other).toBe(false);
      expect(may('InvokeFunction', viaUrl, functionArn(other)), other).toBe(false);
    }
  });
});

describe('every grant of the template to invoke a function that has a URL', () => {
  type Statement = { Effect?: string; Action?: string | string[]; Resource?: unknown; Condition?: unknown };
  const statementsIn = (value: unknown): Statement[] => {
    if (typeof value !== 'object' || value === null) return [];
    return 'Effect' in value ? [value as Statement] : Object.values(value).flatMap(statementsIn);
  };

  it('is held to calls through it', () => {
    const withUrl = Object.values(resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::Lambda::Url' ? [JSON.stringify(Properties['TargetFunctionArn'])] : [],
    );
    expect(withUrl).toContain('{"Fn::GetAtt":["RequestDashjobLambdaFunction","Arn"]}');
    const grants = statementsIn(resources).filter(
      ({ Effect, Action, Resource }) =>
        Effect === 'Allow' &&
        [Action].flat().includes('lambda:InvokeFunction') &&
        withUrl.some((arn) => JSON.stringify(Resource).includes(arn)),
    );
    expect(grants.length).toBeGreaterThan(0);
    for (const { Condition } of grants) {
      expect(Condition).toEqual({ Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } });
    }
  });
});

describe('the aliases of request-job-direct', () => {
  it('are one for each requester that invokes, of what is deployed now', () => {
    const aliases = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Alias');
    expect(aliases.map(({ Properties }) => Properties)).toMatchObject([
      {
        Name: 'billing-service',
        FunctionName: { Ref: 'RequestDashjobDashdirectLambdaFunction' },
        FunctionVersion: '$LATEST',
      },
    ]);
    expect(wiring.functions.find(({ name }) => name === `${prefix}-request-job-direct`)?.aliases).toEqual([
      'billing-service',
    ]);
  });

  it('are given to nobody by the template', () => {
    const permissions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Permission');
    expect(JSON.stringify(permissions)).not.toContain('RequestDashjob');
  });
});

/**
 * Every way in, by every requester's principal. Of what AWS stamps on each, the requester follows; of what the policies
 * say, whether it gets there at all.
 */
describe('no requester is taken for another', () => {
  const { requesters } = readStageConfig({ stage: 'local' });
  const principals = ['scan-scheduler', 'log-pipeline', 'support-tool', 'billing-service', 'someone-else'];
  const roleArn = (name: string) => `arn:aws:iam::${OWN}:role/${name}`;

  /** A service of our own account whose policies allow everything: only the broker's own policies are in its way. */
  const powerful = (name: string) => anyone(roleArn(name), [everything]);
  const asGranted = (name: string) => anyone(roleArn(name), [granted.get(roleArn(name)) ?? { Statement: [] }]);

  type Way = { readonly allowed: boolean; readonly origin: RequestOrigin };
  const byEvent = (caller: Caller, source: string): Way => {
    const [bus] = wiring.buses;
    const policy = bus?.policy;
    const context = { 'events:source': [source] };
    const resource = bus?.arn ?? '';
    return {
      allowed: isAllowed({
        caller,
        action: 'events:PutEvents',
        resource,
        context,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
      }),
      origin: { kind: 'event', account: OWN, source, eventId: 'e', timeMs: 0 },
    };
  };
  const byUrl = (caller: Caller): Way => ({
    allowed: ['InvokeFunctionUrl', 'InvokeFunction'].every((action) =>
      isAllowed({ caller, action: `lambda:${action}`, resource: functionArn('request-job'), context: viaUrl }),
    ),
    origin: { kind: 'functionUrl', account: OWN, principalArn: caller.principalArn, requestId: 'r', timeMs: 0 },
  });
  const byAlias = (caller: Caller, alias: string): Way => ({
    allowed: isAllowed({
      caller,
      action: 'lambda:InvokeFunction',
      resource: `${functionArn('request-job-direct')}:${alias}`,
    }),
    origin: { kind: 'invoke', alias, requestId: 'r', timeMs: 0 },
  });
  const reached = ({ allowed, origin }: Way) =>
    allowed ? recogniseRequester(origin, { requesters, brokerAccountId: OWN })?.name : undefined;

  const sources = { 'scan-scheduler': 'com.example.scans', 'log-pipeline': 'com.example.logs' };
  const pairs = principals.flatMap((who) => Object.entries(sources).map(([whose, source]) => ({ who, whose, source })));
  it.each(pairs)('$who, allowed everything, with the source of $whose', ({ who, whose, source }) => {
    expect(reached(byEvent(powerful(who), source))).toBe(who === whose ? whose : undefined);
  });

  it.each(principals)('%s, allowed everything, at the function URL', (who) => {
    expect(reached(byUrl(powerful(who)))).toBe(who === 'support-tool' ? 'support-tool' : undefined);
  });

  it.each(principals)('%s, with what it was granted, by alias', (who) => {
    expect(reached(byAlias(asGranted(who), 'billing-service'))).toBe(
      who === 'billing-service' ? 'billing-service' : undefined,
    );
    for (const other of ['another', '1', '$LATEST']) expect(byAlias(asGranted(who), other).allowed, other).toBe(false);
    const unqualified = { action: 'lambda:InvokeFunction', resource: functionArn('request-job-direct') };
    expect(isAllowed({ caller: asGranted(who), ...unqualified })).toBe(false);
  });

  it.each(principals)('%s, with what it was granted, by invoking request-job with an invented caller', (who) => {
    const forging = { action: 'lambda:InvokeFunction', resource: functionArn('request-job') };
    expect(isAllowed({ caller: asGranted(who), ...forging })).toBe(false);
  });

  it.each(principals)('%s, allowed everything, by writing to the queue', (who) => {
    const queue = wiring.queues.find(({ name }) => name === `${prefix}-requests`);
    const policy = queue?.policy;
    const resource = queue?.arn ?? '';
    expect(
      isAllowed({
        caller: powerful(who),
        action: 'sqs:SendMessage',
        resource,
        ...(policy === undefined ? {} : { resourcePolicy: policy }),
      }),
    ).toBe(false);
  });
});

describe.each(TAKERS)('%s', (name) => {
  const may = (action: string, resource: string, context: Record<string, string | string[]> = {}) =>
    isAllowed({ caller: runnerOf(wiring.roles, name), action, resource, context });
  const reading = (attributes: readonly string[]) => ({
    'dynamodb:LeadingKeys': ['req_x'],
    'dynamodb:Attributes': [...attributes],
    'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
  });

  it('sends to the request queue, and to no other', () => {
    const queue = wiring.queues.find(({ name: of }) => of === `${prefix}-requests`);
    const policy = queue?.policy;
    const asked = { caller: runnerOf(wiring.roles, name), action: 'sqs:SendMessage', resource: queue?.arn ?? '' };
    expect(isAllowed({ ...asked, ...(policy === undefined ? {} : { resourcePolicy: policy }) })).toBe(true);
    for (const { arn } of wiring.queues.filter((other) => other !== queue)) {
      expect(may('sqs:SendMessage', arn), arn).toBe(false);
    }
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility']) {
      expect(may(`sqs:${action}`, queue?.arn ?? ''), action).toBe(false);
    }
  });

  it('reads of the ledger, by key, what it tells and nothing else', () => {
    expect(may('dynamodb:GetItem', table('ledger'), reading(PROGRESS_ATTRIBUTES))).toBe(true);
    for (const other of ['ticket', 'input', 'trail', 'roleArn', 'attempts', 'claim', 'report', 'requester']) {
      expect(may('dynamodb:GetItem', table('ledger'), reading([...PROGRESS_ATTRIBUTES, other])), other).toBe(false);
    }
    const whole = { ...reading(['recordId']), 'dynamodb:Select': 'ALL_ATTRIBUTES' };
    expect(may('dynamodb:GetItem', table('ledger'), whole)).toBe(false);
    expect(may('dynamodb:GetItem', table('ledger'))).toBe(false);
    for (const action of ['Query', 'Scan', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem']) {
      expect(may(`dynamodb:${action}`, table('ledger'), reading(PROGRESS_ATTRIBUTES)), action).toBe(false);
    }
  });

  it('sees no tenant, no switch, no STS, no envelope and no other function', () => {
    for (const other of ['tenants', 'switches', 'limits', 'ledger/index/due']) {
      expect(may('dynamodb:GetItem', table(other), reading(['recordId'])), other).toBe(false);
      expect(may('dynamodb:Query', table(other), reading(['recordId'])), other).toBe(false);
    }
    expect(may('sts:AssumeRole', 'arn:aws:iam::222222222222:role/credential-broker/x')).toBe(false);
    for (const { arn, aliases } of wiring.keys.filter(({ aliases: of }) => of.some((alias) => alias.includes('env')))) {
      for (const action of ['Decrypt', 'GenerateDataKey']) expect(may(`kms:${action}`, arn), aliases[0]).toBe(false);
    }
    for (const { arn } of wiring.functions) expect(may('lambda:InvokeFunction', arn), arn).toBe(false);
    expect(may('events:PutEvents', wiring.buses[0]?.arn ?? '')).toBe(false);
  });
});
