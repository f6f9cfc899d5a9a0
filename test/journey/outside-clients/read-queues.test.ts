import { expect, it } from 'vitest';
import { awsAs, awsCli, boto3, describeWith, pythonAs, type Ran } from './outside-clients.ts';
import { stackForClients } from './stack-for-clients.ts';

describeWith(awsCli, 'the queues of the stack, with the AWS CLI', () => {
  const stack = stackForClients();
  const aws = awsAs(() => stack().awsConfigFile);
  const urlOf = (queue: string) => `${stack().endpoint}/111111111111/credential-broker-local-${queue}`;

  /** Release 1 of the CLI takes no endpoint for SQS from the config file. */
  function sqs(profile: string, command: string, queue: string, ...rest: readonly string[]): Promise<Ran> {
    const { endpoint } = stack();
    return aws(profile, '--endpoint-url', endpoint, 'sqs', command, '--queue-url', urlOf(queue), ...rest);
  }
  async function told(ran: Promise<Ran>): Promise<unknown> {
    const { exitCode, stdout, stderr } = await ran;
    expect([exitCode, stderr]).toEqual([0, '']);
    return stdout === '' ? undefined : JSON.parse(stdout);
  }
  const counts = async (queue: string) =>
    told(sqs('operator', 'get-queue-attributes', queue, '--attribute-names', 'All'));

  it.each(['job-failures'])('receives, hides, shows again and deletes a message of %s', async (queue) => {
    await told(sqs('operator', 'send-message', queue, '--message-body', '{"é":1}'));
    const received = await told(sqs('operator', 'receive-message', queue, '--attribute-names', 'All'));
    expect(received).toMatchObject({ Messages: [{ Body: '{"é":1}', Attributes: { ApproximateReceiveCount: '1' } }] });
    expect(await counts(queue)).toMatchObject({ Attributes: { ApproximateNumberOfMessagesNotVisible: '1' } });
    expect(await told(sqs('operator', 'receive-message', queue))).toBeUndefined();
    const handle = (message: unknown) => ['--receipt-handle', receiptHandle(message)];
    await told(sqs('operator', 'change-message-visibility', queue, ...handle(received), '--visibility-timeout', '0'));
    const again = await told(sqs('operator', 'receive-message', queue, '--attribute-names', 'All'));
    expect(again).toMatchObject({ Messages: [{ Attributes: { ApproximateReceiveCount: '2' } }] });
    await told(sqs('operator', 'delete-message', queue, ...handle(again)));
    expect(await counts(queue)).toMatchObject({
      Attributes: { ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' },
    });
  });

  it.each(['requests', 'requests-dlq', 'rule-dlq'])('lets nobody send to %s past the bus', async (queue) => {
    const { exitCode, stderr } = await sqs('operator', 'send-message', queue, '--message-body', '{}');
    expect(exitCode).toBe(255);
    expect(stderr).toContain('An error occurred (AccessDenied) when calling the SendMessage operation: ');
    expect(await counts(queue)).toMatchObject({ Attributes: { ApproximateNumberOfMessages: '0' } });
  });

  it.each([
    { profile: 'stranger', queue: 'requests-dlq', code: 'AccessDenied' },
    { profile: 'operator', queue: 'nothing', code: 'AWS.SimpleQueueService.NonExistentQueue' },
  ])('prints $code', async ({ profile, queue, code }) => {
    const { exitCode, stderr } = await sqs(profile, 'receive-message', queue);
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`An error occurred (${code}) when calling the ReceiveMessage operation: `);
  });
});

describeWith(boto3, 'the queues of the stack, with boto3', () => {
  const stack = stackForClients();
  const python = pythonAs(() => stack().awsConfigFile);

  it('sends, receives and deletes a message with the endpoint of the config file', async () => {
    const script = `
sqs = boto3.client('sqs')
queue = {'QueueUrl': sqs.get_queue_url(QueueName='credential-broker-local-job-failures')['QueueUrl']}
sqs.send_message(**queue, MessageBody='hello', MessageAttributes={'kind': {'DataType': 'String', 'StringValue': 'test'}})
[message] = sqs.receive_message(**queue, MessageAttributeNames=['All'])['Messages']
handle = {'ReceiptHandle': message['ReceiptHandle']}
sqs.change_message_visibility(**queue, **handle, VisibilityTimeout=60)
hidden = sqs.get_queue_attributes(**queue, AttributeNames=['ApproximateNumberOfMessagesNotVisible'])['Attributes']
sqs.delete_message(**queue, **handle)
left = sqs.get_queue_attributes(**queue, AttributeNames=['ApproximateNumberOfMessagesNotVisible'])['Attributes']
tell([message['Body'], message['MessageAttributes']['kind']['StringValue'], hidden, left])`;
    const hiding = (count: string) => ({ ApproximateNumberOfMessagesNotVisible: count });
    expect(await python('operator', script)).toEqual(['hello', 'test', hiding('1'), hiding('0')]);
  });

  it('raises errors under the names that its users catch', async () => {
    const { endpoint } = stack();
    const script = `
sqs = boto3.client('sqs')
queue = '${endpoint}/111111111111/credential-broker-local-'
try: sqs.receive_message(QueueUrl=queue + 'nothing'); caught = None
except sqs.exceptions.QueueDoesNotExist as error: caught = error.response['Error']['Code']
tell([caught, error_of(sqs.send_message, QueueUrl=queue + 'requests', MessageBody='{}')])`;
    expect(await python('operator', script)).toEqual([
      'AWS.SimpleQueueService.NonExistentQueue',
      ['AccessDenied', 403],
    ]);
  });
});

function receiptHandle(received: unknown): string {
  return /"ReceiptHandle":"([^"]+)"/.exec(JSON.stringify(received))?.[1] ?? 'none';
}
