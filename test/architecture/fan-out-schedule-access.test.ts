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
