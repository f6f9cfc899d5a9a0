import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { actingAs, claim, claiming, projected, putRow } from '../claim-world.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeInTime, outcomeOf, told } from '../outcome.ts';

/** How far IAM holds a job to the claim of its own rows, and an auditor away from the tickets. */
export const claimChecks: readonly LiveCheck[] = [
  {
    name: 'leading-keys',
    question: 'Does dynamodb:LeadingKeys with a wildcard hold a job’s UpdateItem to rows that begin with its name?',
    documents: 'ForAllValues:StringLike is described for fine-grained access control.',
    asked: 'The packaged statement of scan-account, on a row of its own and on one of process-logs.',
    expected: 'own row: allowed · another job’s: denied',
    means: 'Otherwise a job can spoil or spend the tickets of others.',
    async ask(ground) {
      const { job, row } = await claiming(ground, 'keys');
      return told({
        'own row': await outcomeInTime(ground, () => job.send(claim(ground, row('scan-account')))),
        'another job’s': await outcomeOf(() => job.send(claim(ground, row('process-logs')))),
      });
    },
  },
  {
    name: 'attributes-of-update',
    question: 'Does dynamodb:Attributes see every attribute that an UpdateItem names?',
    documents: 'Top-level attributes of the request; the list for expressions is given by example.',
    asked: 'A forbidden attribute in the update, and in the condition alone.',
    expected: 'allowed ones: allowed · in the update: denied · in the condition: denied',
    means: 'Otherwise a job writes the trail of its rows, or reads it out by asking conditions one after another.',
    async ask(ground) {
      const { job, row } = await claiming(ground, 'attributes');
      const own = row('scan-account');
      const update = claim(ground, own, { UpdateExpression: 'SET #state = :state, trail = :state' });
      const condition = claim(ground, own, { ConditionExpression: '#state = :issued AND attribute_exists(trail)' });
      return told({
        'allowed ones': await outcomeInTime(ground, () => job.send(claim(ground, own))),
        'in the update': await outcomeOf(() => job.send(update)),
        'in the condition': await outcomeOf(() => job.send(condition)),
      });
    },
  },
  {
    name: 'return-values',
    question: 'Does dynamodb:ReturnValues hold UpdateItem to UPDATED_OLD?',
    documents: 'A condition key with NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW.',
    asked: 'UPDATED_OLD, ALL_OLD and ALL_NEW.',
    expected: 'UPDATED_OLD: allowed · ALL_OLD: denied · ALL_NEW: denied',
    means: 'Otherwise a job reads its rows whole: roles, accounts and sessions of every tenant that it served.',
    async ask(ground) {
      const { job, row } = await claiming(ground, 'values');
      const key = row('scan-account');
      const call = (ReturnValues: 'UPDATED_OLD' | 'ALL_OLD' | 'ALL_NEW') => () =>
        job.send(claim(ground, key, { ReturnValues, ConditionExpression: 'attribute_exists(recordId)', once: false }));
      return told({
        UPDATED_OLD: await outcomeInTime(ground, call('UPDATED_OLD')),
        ALL_OLD: await outcomeOf(call('ALL_OLD')),
        ALL_NEW: await outcomeOf(call('ALL_NEW')),
      });
    },
  },
  {
    name: 'failed-condition-shows-item',
    question: 'Does ReturnValuesOnConditionCheckFailure show a job the row that its policy keeps from it?',
    documents: 'Silent on which condition key, if any, governs it.',
    asked: 'A claim of a row that is not issued, with ALL_OLD on failure.',
    expected: 'no item',
    means: 'An item: a compromised job reads rows of its own name whole; the archive’s alarm does not see reads.',
    needsAws: 'its DynamoDB knows the parameter not at all',
    async ask(ground) {
      const { job, row } = await claiming(ground, 'failure');
      const key = row('scan-account');
      await outcomeInTime(ground, () => job.send(claim(ground, key)));
      try {
        await job.send(claim(ground, key, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
        return 'claimed twice';
      } catch (error) {
        const shown = error instanceof Error && 'Item' in error && error.Item !== undefined;
        if (shown) return 'the item';
        return error instanceof Error && error.name === 'ConditionalCheckFailedException' ? 'no item' : String(error);
      }
    },
  },
  {
    name: 'attributes-of-put',
    question: 'Does a Deny by dynamodb:Attributes see what a PutItem brings?',
    documents: 'Attributes are those of the item for PutItem.',
    asked: 'The packaged Deny of issue-credentials: a whole item without a claim, and one with a claim.',
    expected: 'without: allowed · with: denied',
    means: 'Otherwise a stolen brokering function forges the claims and reports of jobs.',
    async ask(ground) {
      const broker = await actingAs(ground, 'put', ['IssueCredentialsRole', 'WriteLedger', 'DenyWritingForJobs']);
      const recordId = `scan-account.live-${ground.suffix}-put`;
      const put = (rest: object) => () =>
        broker.send(new PutCommand({ TableName: ground.tableName, Item: { recordId, state: 'issued', ...rest } }));
      return told({
        without: await outcomeInTime(ground, put({})),
        with: await outcomeOf(put({ claim: { attempt: 1 } })),
      });
    },
  },
  {
    name: 'select-of-get',
    question: 'Is dynamodb:Select there for a GetItem, so that reading without a projection can be denied?',
    documents: '“Always has a value”; GetItem has no such parameter.',
    asked: 'The condition of answer-audit-query: with a projection of its attributes, with another, with none.',
    expected: 'projected: allowed · the ticket: denied · everything: denied',
    means: 'Denied with a projection: auditors read nothing. Allowed without: they read the tickets.',
    async ask(ground) {
      const auditor = await actingAs(
        ground,
        'get',
        ['AnswerAuditQueryRole', 'ReadRecordsWithoutTickets'],
        'dynamodb:GetItem',
      );
      const Key = { recordId: await putRow(ground, 'scan-account', 'get') };
      const get = (ProjectionExpression?: string) => () =>
        auditor.send(new GetCommand({ TableName: ground.tableName, Key, ...projected(ProjectionExpression) }));
      return told({
        projected: await outcomeInTime(ground, get('recordId, #state')),
        'the ticket': await outcomeOf(get('recordId, #state, ticket')),
        everything: await outcomeOf(get()),
      });
    },
  },
];
