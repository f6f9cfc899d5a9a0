import { beforeAll, describe, expect, it } from 'vitest';
import { LETTER_ATTRIBUTES } from '../../lib/dead-letters/letter-ledger.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
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
} from './packaged-access.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const keeper = () => runnerOf(wiring.roles, 'manage-dead-letters');
const table = (name: string) => `arn:aws:dynamodb:${region}:${OWN}:table/${prefix}-${name}`;

describe('what manage-dead-letters may do', () => {
  const mayWithQueue = (action: string, name: string, caller = keeper(), context = {}) => {
    const wired = wiring.queues.find((queue) => queue.name === `${prefix}-${name}`);
    return isAllowed({
      caller,
      action: `sqs:${action}`,
      resource: wired?.arn ?? 'no such queue',
      ...(wired?.policy === undefined ? {} : { resourcePolicy: wired.policy }),
      context,
    });
  };
  const actions = [
    'ReceiveMessage',
    'DeleteMessage',
    'ChangeMessageVisibility',
    'GetQueueAttributes',
    'SendMessage',
    'PurgeQueue',
  ];

  it.each([
    ['requests', ['SendMessage']],
    ['requests-dlq', ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes']],
    ['rule-dlq', ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes']],
    ['job-failures', ['ReceiveMessage', 'ChangeMessageVisibility', 'GetQueueAttributes']],
  ])('with %s is just its calls', (name, wanted) => {
    expect(actions.filter((action) => mayWithQueue(action, name))).toEqual(wanted);
  });

  /** What lies there may be redriven: a letter that somebody made up would be a request that nobody asked for. */
  it('finds nothing in the queues that anybody but their own senders put there', () => {
    const rule = { 'aws:SourceArn': `arn:aws:events:${region}:${OWN}:rule/${prefix}/${prefix}-run-job` };
    expect(mayWithQueue('SendMessage', 'rule-dlq', eventsService, rule)).toBe(true);
    expect(mayWithQueue('SendMessage', 'requests-dlq', runnerOf(wiring.roles, 'issue-credentials'))).toBe(true);
    for (const name of ['requests', 'requests-dlq', 'rule-dlq']) {
      expect(mayWithQueue('SendMessage', name, administrator()), name).toBe(false);
      expect(mayWithQueue('SendMessage', name, administrator(), rule), name).toBe(false);
    }
  });

  const reads = (attributes: readonly string[], context = {}) =>
    isAllowed({
      caller: keeper(),
      action: 'dynamodb:GetItem',
      resource: table('ledger'),
      context: { 'dynamodb:Attributes': attributes, 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', ...context },
    });

  it('includes reading whether a request is settled', () => {
    expect(reads(LETTER_ATTRIBUTES)).toBe(true);
  });

  it.each(['ticket', 'input', 'trail', 'attempts', 'claim'])('never includes reading %s of the ledger', (attribute) => {
    expect(reads([...LETTER_ATTRIBUTES, attribute])).toBe(false);
  });

  it('never includes reading whole rows, or writing any', () => {
    expect(reads([], { 'dynamodb:Select': 'ALL_ATTRIBUTES' })).toBe(false);
    const asked = { caller: keeper(), resource: table('ledger'), context: { 'dynamodb:Attributes': ['recordId'] } };
    for (const action of ['Query', 'Scan', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchGetItem']) {
      expect(isAllowed({ ...asked, action: `dynamodb:${action}` }), action).toBe(false);
    }
    for (const name of ['tenants', 'switches', 'limits']) {
      expect(isAllowed({ caller: keeper(), action: 'dynamodb:GetItem', resource: table(name) }), name).toBe(false);
    }
  });

  it.each([...jobCatalogue.keys()])('never includes opening an envelope of %s', (job) => {
    const wired = wiring.keys.find(({ aliases }) => aliases.includes(`alias/${prefix}-envelopes`));
    const keys = ['v', 'tenant', 'account', 'job', 'issuance', 'attempt', 'fence', 'usableUntil'];
    const values = keys.map((name) => [`kms:EncryptionContext:${name}`, name === 'job' ? job : 'x']);
    expect(wired).toBeDefined();
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:CreateGrant']) {
      const may = isAllowed({
        caller: keeper(),
        action,
        resource: wired?.arn ?? '',
        ...(wired === undefined ? {} : { resourcePolicy: wired.policy }),
        resourcePolicyDecides: true,
        context: { ...Object.fromEntries(values), 'kms:EncryptionContextKeys': keys },
      });
      expect(may, action).toBe(false);
    }
  });

  it('never includes a role, a function or the bus', () => {
    const own = keeper();
    const role = `arn:aws:iam::222222222222:role/credential-broker/audit`;
    expect(isAllowed({ caller: own, action: 'sts:AssumeRole', resource: role })).toBe(false);
    for (const name of [...jobCatalogue.keys(), 'issue-credentials']) {
      const resource = `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}`;
      expect(isAllowed({ caller: own, action: 'lambda:InvokeFunction', resource }), name).toBe(false);
    }
    const bus = `arn:aws:events:${region}:${OWN}:event-bus/${prefix}`;
    expect(isAllowed({ caller: own, action: 'events:PutEvents', resource: bus })).toBe(false);
  });
});
