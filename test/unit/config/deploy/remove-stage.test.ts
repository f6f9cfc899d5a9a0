import { describe, expect, it } from 'vitest';
import { readPins } from '../../../../config/deploy/pinned-resources.ts';
import { type RemoveWorld, removeStage } from '../../../../config/deploy/remove-stage.ts';
import { FakeCloudFormation } from '../../../support/fake-cloudformation.ts';

const ACCOUNT = '111111111111';
const STACK = 'credential-broker-dev';
const template = JSON.stringify({
  Resources: {
    LedgerTable: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain' },
    ArchiveBucket: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' },
    ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' },
    Bus: { Type: 'AWS::Events::EventBus' },
  },
});
const resources = new Map([
  ['LedgerTable', 'the-ledger'],
  ['ArchiveBucket', 'the-archive'],
  ['ServerlessDeploymentBucket', 'the-bucket'],
  ['Bus', 'the-bus'],
]);

const stuck = (logicalId: string, reason: string) => ({
  logicalId,
  physicalId: '',
  type: logicalId === 'Bus' ? 'AWS::Events::EventBus' : 'AWS::S3::Bucket',
  status: 'DELETE_FAILED',
  reason,
});

function worldWith(more: Partial<RemoveWorld> = {}, stack: { status?: string } = {}) {
  const cloudFormation = new FakeCloudFormation({ template, resources, ...stack });
  // The bucket is not empty at first.
  cloudFormation.outcome = { status: 'DELETE_FAILED', events: [stuck('ServerlessDeploymentBucket', 'not empty')] };
  cloudFormation.nextOutcomes.push({ status: 'DELETE_COMPLETE', events: [] });
  const said: string[] = [];
  const emptied: string[] = [];
  const world: RemoveWorld = {
    cloudFormation,
    caller: { accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ada` },
    isOff: async () => true,
    emptyBucket: async (bucket) => {
      emptied.push(bucket);
      cloudFormation.calls.push(`empty ${bucket}`);
    },
    log: (line) => said.push(line),
    sleep: async () => undefined,
    nowMs: () => 0,
    ...more,
  };
  return { world, cloudFormation, said, emptied };
}

const options = { stage: 'dev', account: ACCOUNT, confirm: STACK, pins: readPins() };

describe('the removal of a stage', () => {
  it('removes all but what holds data, and tells what was kept', async () => {
    const { world, cloudFormation, emptied, said } = worldWith();
    expect(await removeStage(options, world)).toEqual(
      new Map([
        ['LedgerTable', 'the-ledger'],
        ['ArchiveBucket', 'the-archive'],
      ]),
    );
    expect(emptied).toEqual(['the-bucket']);
    // Emptied when all the rest is gone, and no sooner.
    expect(cloudFormation.calls).toEqual(['protectStack false', 'deleteStack', 'empty the-bucket', 'deleteStack']);
    expect(said).toEqual([
      `${STACK} in account ${ACCOUNT}: 2 resources go, 2 stay:`,
      '  AWS::DynamoDB::Table      the-ledger',
      '  AWS::S3::Bucket           the-archive',
      '  CloudFormation fails at buckets that are not empty; they are emptied and tried again',
      '    0 s  DELETE_FAILED    ServerlessDeploymentBucket: not empty',
    ]);
  });

  it('without a confirmation says what it would do, and does nothing', async () => {
    const { world, cloudFormation, emptied, said } = worldWith();
    await expect(removeStage({ ...options, confirm: undefined }, world)).rejects.toThrow(
      `Nothing was removed:\n  - to go on, say so: --confirm ${STACK}`,
    );
    expect(said).toHaveLength(3);
    expect([...cloudFormation.calls, ...emptied]).toEqual([]);
  });

  it.each<[string, object, Partial<RemoveWorld>, { status?: string }, string]>([
    ['in another account', { account: '222222222222' }, {}, {}, '--account says 222222222222'],
    ['under another name', { confirm: 'credential-broker-prod' }, {}, {}, `--confirm ${STACK}`],
    ['while the broker issues', {}, { isOff: async () => false }, {}, 'the broker still issues'],
    ['while the stack is only planned', {}, {}, { status: 'REVIEW_IN_PROGRESS' }, 'delete-stack removes it'],
    ['while the stack is at work', {}, {}, { status: 'UPDATE_IN_PROGRESS' }, 'wait until that is over'],
  ])('is refused %s', async (_where, chosen, more, stack, message) => {
    const { world, cloudFormation, emptied } = worldWith(more, stack);
    await expect(removeStage({ ...options, ...chosen }, world)).rejects.toThrow(message);
    expect([...cloudFormation.calls, ...emptied]).toEqual([]);
  });

  it('is refused where what is deployed would let data go with it', async () => {
    const { world, cloudFormation, emptied } = worldWith();
    if (cloudFormation.stack === undefined) throw new Error('there is no stack');
    cloudFormation.stack.template = template.replaceAll('"Retain"', '"Delete"');
    await expect(removeStage(options, world)).rejects.toThrow('does not keep LedgerTable, ArchiveBucket, where data');
    expect([...cloudFormation.calls, ...emptied]).toEqual([]);
  });

  it('empties no bucket that stays, by whichever policy', async () => {
    const { world, cloudFormation, emptied } = worldWith();
    if (cloudFormation.stack === undefined) throw new Error('there is no stack');
    cloudFormation.stack.template = template.replaceAll('"Retain"', '"RetainExceptOnCreate"');
    expect([...(await removeStage(options, world)).keys()]).toEqual(['LedgerTable', 'ArchiveBucket']);
    expect(emptied).toEqual(['the-bucket']);
  });

  it('of what is not there is refused', async () => {
    const { world } = worldWith({ cloudFormation: new FakeCloudFormation() });
    await expect(removeStage(options, world)).rejects.toThrow(`there is no stack ${STACK}`);
  });

  it('asks once where the buckets are empty already', async () => {
    const { world, cloudFormation, emptied } = worldWith();
    cloudFormation.outcome = { status: 'DELETE_COMPLETE', events: [] };
    await removeStage(options, world);
    expect([...cloudFormation.calls, ...emptied]).toEqual(['protectStack false', 'deleteStack']);
  });

  it.each([
    ['at something else', [stuck('Bus', 'has rules')], 'Bus: has rules'],
    ['at that and a bucket', [stuck('ServerlessDeploymentBucket', 'not empty'), stuck('Bus', 'has rules')], 'Bus: has'],
    ['and does not say at what', [], '(DELETE_FAILED).'],
  ])('that is stuck %s says why, and empties nothing', async (_where, events, message) => {
    const { world, cloudFormation, emptied } = worldWith();
    cloudFormation.outcome = { status: 'DELETE_FAILED', events };
    await expect(removeStage(options, world)).rejects.toThrow(message);
    expect(emptied).toEqual([]);
    expect(cloudFormation.calls).toEqual(['protectStack false', 'deleteStack']);
  });

  it('goes on where CloudFormation could delete something at the second try', async () => {
    const { world, cloudFormation, emptied } = worldWith();
    const events = [
      stuck('Bus', 'has rules'),
      stuck('ServerlessDeploymentBucket', 'not empty'),
      { ...stuck('Bus', ''), status: 'DELETE_COMPLETE' },
    ];
    cloudFormation.outcome = { status: 'DELETE_FAILED', events };
    await removeStage(options, world);
    expect(emptied).toEqual(['the-bucket']);
  });

  it('that is refused has emptied nothing', async () => {
    const { world, cloudFormation, emptied } = worldWith();
    cloudFormation.deleteStack = async () => Promise.reject(new Error('not authorised'));
    await expect(removeStage(options, world)).rejects.toThrow('not authorised');
    expect(emptied).toEqual([]);
  });

  it('says why where a bucket cannot be deleted empty either', async () => {
    const { world, cloudFormation } = worldWith();
    cloudFormation.nextOutcomes[0] = cloudFormation.outcome;
    await expect(removeStage(options, world)).rejects.toThrow('ServerlessDeploymentBucket: not empty');
    expect(cloudFormation.calls.filter((call) => call === 'deleteStack')).toHaveLength(2);
  });
});
