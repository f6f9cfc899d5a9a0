import { beforeAll, describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import type { Caller } from '../../local/iam/caller.ts';
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

const JOBS = [...jobCatalogue.keys()];
const FUNCTIONS = ['issue-credentials', 'sweep-issuances', ...JOBS];

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const runner = (functionName: string) => runnerOf(wiring.roles, functionName);
const queue = (name: string) => `arn:aws:sqs:${region}:${OWN}:${prefix}-${name}`;

describe('the envelopes key', () => {
  const context = ['v', 'tenant', 'account', 'job', 'issuance', 'attempt', 'fence', 'usableUntil'];
  const asked = (caller: Caller, action: string, { keys = context, job = 'scan-account', key = 'envelopes' } = {}) => {
    const wired = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-${key}`));
    if (wired === undefined) throw new Error(`no key ${key}`);
    const values = keys.map((name) => [`kms:EncryptionContext:${name}`, name === 'job' ? job : 'x']);
    return isAllowed({
      caller,
      action: `kms:${action}`,
      resource: wired.arn,
      resourcePolicy: wired.policy,
      resourcePolicyDecides: true,
      context: { ...Object.fromEntries(values), ...(keys.length > 0 ? { 'kms:EncryptionContextKeys': keys } : {}) },
    });
  };

  it.each(JOBS)('seals for issue-credentials and opens for %s, and not the other way round', (job) => {
    expect(asked(runner('issue-credentials'), 'GenerateDataKey', { job })).toBe(true);
    expect(asked(runner(job), 'Decrypt', { job })).toBe(true);
    expect(asked(runner('issue-credentials'), 'Decrypt', { job })).toBe(false);
    expect(asked(runner(job), 'GenerateDataKey', { job })).toBe(false);
  });

  it('seals with the whole context only', () => {
    const broker = runner('issue-credentials');
    for (const left of context) {
      expect(asked(broker, 'GenerateDataKey', { keys: context.filter((name) => name !== left) }), left).toBe(false);
    }
    expect(asked(broker, 'GenerateDataKey', { keys: [...context, 'more'] })).toBe(false);
    expect(asked(broker, 'GenerateDataKey', { keys: [] })).toBe(false);
  });

  it.each(JOBS)('opens for %s no envelope of another job', (own) => {
    const opens = [...JOBS, `${own}s`].filter((job) => asked(runner(own), 'Decrypt', { job }));
    expect(opens).toEqual([own]);
    expect(asked(runner(own), 'Decrypt', { keys: [] })).toBe(false);
  });

  it.each(['Decrypt', 'GenerateDataKey', 'CreateGrant', 'ReEncryptFrom', 'Encrypt'])(
    'gives an administrator no %s',
    (action) => {
      expect(asked(administrator(), action)).toBe(false);
    },
  );

  it('lets an administrator keep it', () => {
    expect(asked(administrator(), 'ScheduleKeyDeletion')).toBe(true);
  });

  it.each(FUNCTIONS)('leaves %s the tables key through DynamoDB only', (functionName) => {
    expect(asked(runner(functionName), 'Decrypt', { key: 'tables' })).toBe(false);
  });
});

describe('the queues', () => {
  const send = (name: string, caller: Caller, sourceArn?: string) => {
    const wired = wiring.queues.find((candidate) => candidate.name === `${prefix}-${name}`);
    return isAllowed({
      caller,
      action: 'sqs:SendMessage',
      resource: queue(name),
      ...(wired?.policy === undefined ? {} : { resourcePolicy: wired.policy }),
      ...(sourceArn === undefined ? {} : { context: { 'aws:SourceArn': sourceArn } }),
    });
  };
  const rule = `arn:aws:events:${region}:${OWN}:rule/${prefix}/${prefix}-run-job`;

  it('take requests from the rule and the two functions', () => {
    expect(send('requests', eventsService, rule)).toBe(true);
    expect(send('requests', runner('issue-credentials'))).toBe(true);
    expect(send('requests', runner('sweep-issuances'))).toBe(true);
  });

  it('take requests from nobody else', () => {
    expect(send('requests', eventsService, `${rule}-2`)).toBe(false);
    expect(send('requests', eventsService)).toBe(false);
    for (const job of JOBS) expect(send('requests', runner(job)), job).toBe(false);
    expect(send('requests', administrator())).toBe(false);
    // Nor from a person who could make up what only a service is shown with.
    expect(send('requests', administrator(), rule)).toBe(false);
  });

  it('take what the rule could not hand over', () => {
    expect(send('rule-dlq', eventsService, rule)).toBe(true);
    expect(send('rule-dlq', eventsService, `${rule}-2`)).toBe(false);
  });

  it('take poison from issue-credentials, and failures from the jobs', () => {
    expect(send('requests-dlq', runner('issue-credentials'))).toBe(true);
    expect(send('requests-dlq', runner('sweep-issuances'))).toBe(false);
    for (const job of JOBS) expect(send('job-failures', runner(job)), job).toBe(true);
    expect(send('job-failures', runner('issue-credentials'))).toBe(false);
  });

  it.each(['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'])('let only issue-credentials %s', (action) => {
    const may = (functionName: string) =>
      isAllowed({ caller: runner(functionName), action: `sqs:${action}`, resource: queue('requests') });
    expect(FUNCTIONS.filter(may)).toEqual(['issue-credentials']);
  });
});

describe('the bus', () => {
  const put = (caller: Caller, source: string | string[]) => {
    const policy = wiring.buses[0]?.policy;
    return isAllowed({
      caller,
      action: 'events:PutEvents',
      resource: `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`,
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
      context: { 'events:source': [source].flat() },
    });
  };
  const role = (name: string) => anyone(`arn:aws:iam::${OWN}:role/${name}`, [everything]);

  it('takes a source from its principals', () => {
    expect(put(role('scan-scheduler'), 'com.example.scans')).toBe(true);
    expect(put(role('log-pipeline'), 'com.example.logs')).toBe(true);
  });

  it('takes a source from nobody else, alone or among others', () => {
    expect(put(administrator(), 'com.example.scans')).toBe(false);
    expect(put(role('log-pipeline'), 'com.example.scans')).toBe(false);
    expect(put(role('log-pipeline'), ['com.example.logs', 'com.example.scans'])).toBe(false);
  });

  it('takes a source that nobody declared: its requests are refused on record', () => {
    expect(put(administrator(), 'com.example.unknown')).toBe(true);
  });

  it('takes nothing from another account', () => {
    const stranger = anyone(`arn:aws:iam::${TENANT}:role/x`, [everything]);
    expect(put(stranger, 'com.example.unknown')).toBe(false);
  });
});
