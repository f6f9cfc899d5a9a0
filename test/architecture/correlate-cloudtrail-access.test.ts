import { beforeAll, describe, expect, it } from 'vitest';
import { ANNOUNCING_ATTRIBUTES } from '../../lib/audit/correlation/announcing-record.ts';
import type { Caller } from '../../local/iam/caller.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  administrator,
  eventsService,
  isAllowed,
  OWN,
  prefix,
  readPackagedWiring,
  region,
  runnerOf,
  TENANT,
} from './packaged-access.ts';

/** What correlate-cloudtrail may do, and what it must not, as the packaged template has it. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const correlation = () => runnerOf(wiring.roles, 'correlate-cloudtrail');
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;

describe('correlate-cloudtrail uses the tables', () => {
  const actions = ['GetItem', 'Query', 'BatchGetItem', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
  it.each<[string, string, readonly string[]]>([
    ['ledger', 'seen_x', ['GetItem', 'PutItem']],
    ['ledger', 'scan-account.x', []],
    ['ledger', 'probe_x', []],
    ['ledger', 'req_x', []],
    ['ledger', 'pointer_x', []],
    ['ledger/index/due', 'correlation', ['Query']],
    ['ledger/index/byStsRequest', 'x', ['Query']],
    ['ledger/index/byAccount', TENANT, ['Query']],
    ['ledger/index/byDay', '2031-05-06', ['Query']],
    ['ledger/index/byTenant', 'acme', []],
    ['limits', 'correlation', ['GetItem', 'PutItem']],
    ['limits', 'missing#scan-account.x.1', ['GetItem', 'PutItem']],
    ['limits', 'breaker#sts', []],
    ['tenants', 'acme', []],
    ['switches', 'global', []],
  ])('%s, the rows of %s, for %j and nothing else', (name, key, allowed) => {
    const may = (action: string) =>
      isAllowed({
        caller: correlation(),
        action: `dynamodb:${action}`,
        resource: table(name),
        context: { 'dynamodb:LeadingKeys': [key] },
      });
    expect(actions.filter(may)).toEqual(allowed);
  });

  it('not for rows of which no key is said, nor for one of its own among others', () => {
    const put = (keys: string[] | undefined) =>
      isAllowed({
        caller: correlation(),
        action: 'dynamodb:PutItem',
        resource: table('ledger'),
        ...(keys === undefined ? {} : { context: { 'dynamodb:LeadingKeys': keys } }),
      });
    expect([put(undefined), put(['seen_x', 'scan-account.x'])]).toEqual([false, false]);
  });

  it('to read of an issuance what was announced, and neither its ticket nor what a job wrote', () => {
    const read = (attributes: readonly string[], select = 'SPECIFIC_ATTRIBUTES') =>
      isAllowed({
        caller: correlation(),
        action: 'dynamodb:GetItem',
        resource: table('ledger'),
        context: {
          'dynamodb:LeadingKeys': ['scan-account.x'],
          'dynamodb:Attributes': [...attributes],
          'dynamodb:Select': select,
        },
      });
    expect(read(ANNOUNCING_ATTRIBUTES)).toBe(true);
    for (const secret of ['ticket', 'input', 'report', 'claim']) expect(read(['recordId', secret]), secret).toBe(false);
    expect(read(ANNOUNCING_ATTRIBUTES, 'ALL_ATTRIBUTES')).toBe(false);
  });
});

describe('correlate-cloudtrail', () => {
  it.each([
    ['sts:AssumeRole', `arn:aws:iam::${TENANT}:role/credential-broker/audit`],
    ['lambda:InvokeFunction', `arn:aws:lambda:${region}:${OWN}:function:${prefix}-scan-account`],
    ['sqs:SendMessage', `arn:aws:sqs:${region}:${OWN}:${prefix}-requests`],
    ['cloudtrail:StopLogging', `arn:aws:cloudtrail:${region}:${OWN}:trail/x`],
    ['cloudtrail:PutEventSelectors', `arn:aws:cloudtrail:${region}:${OWN}:trail/x`],
    ['events:DisableRule', `arn:aws:events:${region}:${OWN}:rule/${prefix}-assume-role`],
  ])('may not %s %s', (action, resource) => {
    expect(isAllowed({ caller: correlation(), action, resource })).toBe(false);
  });

  it.each([
    ['cloudtrail:DescribeTrails', '*'],
    ['cloudtrail:GetTrailStatus', `arn:aws:cloudtrail:${region}:${OWN}:trail/x`],
    ['cloudtrail:GetEventSelectors', `arn:aws:cloudtrail:us-east-1:${TENANT}:trail/organisation`],
  ])('may %s', (action, resource) => {
    expect(isAllowed({ caller: correlation(), action, resource })).toBe(true);
  });

  it('speaks on the bus as the broker, and as nobody else', () => {
    const put = (source: string) => {
      const [bus] = wiring.buses;
      return isAllowed({
        caller: correlation(),
        action: 'events:PutEvents',
        resource: bus?.arn ?? '',
        ...(bus?.policy === undefined ? {} : { resourcePolicy: bus.policy }),
        context: { 'events:source': [source], 'events:detail-type': 'SessionStray' },
      });
    };
    expect([put('credential-broker'), put('com.example.scans')]).toEqual([true, false]);
  });
});

describe('the queue of observations', () => {
  const send = (name: string, caller: Caller) => {
    const queue = wiring.queues.find((candidate) => candidate.name === `${prefix}-${name}`);
    return isAllowed({
      caller,
      action: 'sqs:SendMessage',
      resource: queue?.arn ?? '',
      ...(queue?.policy === undefined ? {} : { resourcePolicy: queue.policy }),
    });
  };

  it('takes what correlate-cloudtrail sends, and nothing of anybody else', () => {
    expect(send('observations', correlation())).toBe(true);
    const others = ['issue-credentials', 'verify-trust', 'sweep-issuances'].map((name) => runnerOf(wiring.roles, name));
    for (const other of [...others, administrator(), eventsService]) expect(send('observations', other)).toBe(false);
  });

  it('has dead letters that nobody can write', () => {
    for (const caller of [correlation(), administrator()]) expect(send('observations-dlq', caller)).toBe(false);
  });
});

describe('the rule of CloudTrail’s events', () => {
  const rule = () => wiring.rules.find(({ name }) => name === `${prefix}-assume-role`);

  it('is on the default bus, and gets read-only management events', () => {
    expect(rule()).toMatchObject({ busName: 'default', state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' });
  });

  it('hands events to the function alone, and what it could not hand over to nobody: they hold session tokens', () => {
    const targets = rule()?.targets ?? [];
    expect(targets.map(({ arn }) => arn.split(':').at(-1))).toEqual([`${prefix}-correlate-cloudtrail`]);
    expect(targets.some((target) => 'deadLetterArn' in target)).toBe(false);
  });
});
