import { beforeAll, describe, expect, it } from 'vitest';
import type { Wiring } from '../../local/template/wiring.ts';
import {
  administrator,
  anyone,
  eventsService,
  everything,
  isAllowed,
  OWN,
  prefix,
  readPackagedWiring,
  region,
  runnerOf,
  TENANT,
} from './packaged-access.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const fanOut = () => runnerOf(wiring.roles, 'fan-out-schedule');
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;

describe('fan-out-schedule uses the tables', () => {
  const actions = ['GetItem', 'Query', 'BatchGetItem', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
  it.each<[string, string, readonly string[]]>([
    ['tenants', 'acme', []],
    ['tenants/index/bySlot', 'slot-000', ['Query']],
    ['tenants/index/byStatus', 'active', []],
    ['tenants/index/byVerifySlot', 'slot-000', []],
    ['switches', 'global', ['BatchGetItem']],
    ['limits', 'schedule#nightly', ['GetItem', 'PutItem']],
    ['limits', 'window#nightly#2031-05-07T03:00:00Z', ['GetItem', 'PutItem']],
    ['limits', 'rate#tenant#acme', []],
    ['limits', 'breaker#sts', []],
    ['ledger', 'req_x', []],
    ['ledger/index/due', 'due', []],
  ])('%s, the rows of %s, for %j and nothing else', (name, key, allowed) => {
    const may = (action: string) =>
      isAllowed({
        caller: fanOut(),
        action: `dynamodb:${action}`,
        resource: table(name),
        context: { 'dynamodb:LeadingKeys': [key] },
      });
    expect(actions.filter(may)).toEqual(allowed);
  });

  it('not for rows of which no key is said, nor for one of its own among others', () => {
    const put = (keys: string[] | undefined) =>
      isAllowed({
        caller: fanOut(),
        action: 'dynamodb:PutItem',
        resource: table('limits'),
        ...(keys === undefined ? {} : { context: { 'dynamodb:LeadingKeys': keys } }),
      });
    expect([put(undefined), put(['schedule#nightly', 'breaker#sts'])]).toEqual([false, false]);
  });
});

describe('fan-out-schedule on the bus', () => {
  const policy = () => wiring.buses[0]?.policy;
  const put = (caller: ReturnType<typeof fanOut>, source: string | string[] | undefined, detailType = 'RunJob') => {
    const resourcePolicy = policy();
    return isAllowed({
      caller,
      action: 'events:PutEvents',
      resource: `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`,
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      context: {
        'events:detail-type': detailType,
        ...(source === undefined ? {} : { 'events:source': [source].flat() }),
      },
    });
  };

  it('asks as a schedule', () => {
    expect(put(fanOut(), 'credential-broker.schedule.monthly-scans')).toBe(true);
  });

  it.each<[string, string | string[] | undefined]>([
    ['a service', 'com.example.scans'],
    ['the broker itself', 'credential-broker'],
    ['somebody whom nobody declared', 'com.example.unknown'],
    ['a service, beside a schedule', ['credential-broker.schedule.monthly-scans', 'com.example.scans']],
    ['nobody', undefined],
  ])('never as %s', (_, source) => {
    expect(put(fanOut(), source)).toBe(false);
  });

  it('says nothing but requests', () => {
    expect(put(fanOut(), 'credential-broker.schedule.monthly-scans', 'TrustBroken')).toBe(false);
  });

  it('is the only one that asks as a schedule, whatever others may', () => {
    const source = 'credential-broker.schedule.monthly-scans';
    const others = wiring.roles.filter(({ name }) => !name.endsWith('fan-out-schedule'));
    expect(others.length).toBeGreaterThan(3);
    for (const { arn } of others) expect(put(anyone(arn, [everything]), source), arn).toBe(false);
    expect(put(administrator(), source)).toBe(false);
    expect(put(anyone(`arn:aws:iam::${TENANT}:role/x`, [everything]), source)).toBe(false);
  });

  it('is put on no other bus', () => {
    const other = `arn:aws:events:${region}:${OWN}:event-bus/default`;
    const context = { 'events:source': ['credential-broker.schedule.monthly-scans'], 'events:detail-type': 'RunJob' };
    expect(isAllowed({ caller: fanOut(), action: 'events:PutEvents', resource: other, context })).toBe(false);
  });
});

describe('fan-out-schedule', () => {
  it.each([
    ['sts:AssumeRole', `arn:aws:iam::${TENANT}:role/credential-broker/audit`],
    ['lambda:InvokeFunction', `arn:aws:lambda:${region}:${OWN}:function:${prefix}-scan-account`],
    ['lambda:InvokeFunction', `arn:aws:lambda:${region}:${OWN}:function:${prefix}-fan-out-schedule`],
    ['events:PutRule', `arn:aws:events:${region}:${OWN}:rule/${prefix}-schedule-monthly-scans`],
    ['sqs:SendMessage', `arn:aws:sqs:${region}:${OWN}:${prefix}-requests`],
  ])('may not %s %s', (action, resource) => {
    expect(isAllowed({ caller: fanOut(), action, resource })).toBe(false);
  });

  it('has a queue for the events that could not be handed to it', () => {
    const dlq = wiring.queues.find(({ name }) => name === `${prefix}-rule-dlq`);
    const send = (rule: string) =>
      isAllowed({
        caller: eventsService,
        action: 'sqs:SendMessage',
        resource: dlq?.arn ?? '',
        ...(dlq?.policy === undefined ? {} : { resourcePolicy: dlq.policy }),
        context: { 'aws:SourceArn': `arn:aws:events:${region}:${OWN}:rule/${rule}` },
      });
    expect(send(`${prefix}-schedule-monthly-scans`)).toBe(true);
    expect(send('another-schedule')).toBe(false);
  });
});
