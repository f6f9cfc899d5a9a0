import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../local/iam/caller.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import { administrator, eventsService, isAllowed, prefix, readPackagedWiring, runnerOf } from './packaged-access.ts';

/** What correlate-cloudtrail may do, and what it must not, as the packaged template has it. */
let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const correlation = () => runnerOf(wiring.roles, 'correlate-cloudtrail');

describe('correlate-cloudtrail', () => {
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
