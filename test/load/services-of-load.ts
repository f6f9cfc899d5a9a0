import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { DecryptCommand, type GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { JobPayload } from '../../lib/job-runtime/job-payload.ts';
import { canonicalJson } from '../../lib/platform/canonical-json.ts';
import type { Clock } from '../../lib/platform/clock.ts';
import { DEAD_LETTERS_URL } from '../support/faulty-world/fake-queue.ts';
import { stsError } from '../support/faulty-world/fake-sts.ts';
import { type Faults, namedError, type Temper } from '../support/faulty-world/faults.ts';
import type { Services } from '../support/faulty-world/pipeline.ts';
import type { ServiceCall } from './between-processes.ts';
import { externalIdOfAccount } from './tenants-of-load.ts';

type Parts = {
  readonly faults: Faults;
  readonly clock: Clock;
  /** To the services that outlive this process. */
  readonly callOutside: (call: ServiceCall) => Promise<void>;
};
const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('ThrottlingException'),
};
const stsTemper: Temper = { ...temper, throttled: () => stsError('Throttling', 400) };
const lambdaTemper: Temper = { ...temper, throttled: () => namedError('TooManyRequestsException') };

/**
 * STS, KMS, SQS and Lambda for a process that is killed and for a million calls: nothing is kept here. A session token says
 * whose account it opens, a wrapped key holds its key, encrypted under the context that it was made for, and what is
 * queued is queued outside.
 */
export function servicesOfLoad({ faults, clock, callOutside }: Parts): Omit<Services, 'dynamo'> {
  return {
    sts: Object.assign(new STSClient({ region: 'eu-west-1' }), {
      send: ({ input }: AssumeRoleCommand) =>
        faults.through({ site: 'sts.assume' }, stsTemper, async () => session(input, clock.nowMs())),
    }),
    kms: Object.assign(new KMSClient({ region: 'eu-west-1' }), {
      send: (command: GenerateDataKeyCommand | DecryptCommand) =>
        faults.through({ site: 'kms' }, temper, async () =>
          command instanceof DecryptCommand ? unwrapped(command.input) : dataKey(command.input),
        ),
    }),
    sqs: Object.assign(new SQSClient({ region: 'eu-west-1' }), {
      send: (command: unknown) =>
        faults.through({ site: 'sqs' }, temper, async () => {
          await callOutside(queueCall(command));
          return {};
        }),
    }),
    lambda: Object.assign(new LambdaClient({ region: 'eu-west-1' }), {
      send: ({ input }: InvokeCommand) =>
        faults.through({ site: 'lambda.invoke' }, lambdaTemper, async () => {
          // The broker's own payload: that a job can read it is what the job runtime is there to check.
          const payload: JobPayload = JSON.parse(Buffer.from(Uint8Array.from(bytesOf(input.Payload))).toString('utf8'));
          await callOutside({ service: 'invoke', payload });
          return {};
        }),
    }),
  };
}

/** Whose account a session token of this STS opens, and for which session. */
export function openedBy(sessionToken: string): { readonly accountId: string; readonly sessionName: string } {
  const [, accountId = '', sessionName = ''] = sessionToken.split('/');
  return { accountId, sessionName };
}

function session(input: AssumeRoleCommand['input'], nowMs: number): object {
  const accountId = input.RoleArn?.split(':')[4] ?? '';
  const trusted = input.ExternalId === externalIdOfAccount(accountId) && input.Policy !== undefined;
  if (!trusted) throw stsError('AccessDenied', 403);
  const id = randomBytes(8).toString('hex').toUpperCase();
  return {
    $metadata: { requestId: `sts-${id}` },
    Credentials: {
      AccessKeyId: `ASIA${id}`,
      SecretAccessKey: `secret-${id}`,
      SessionToken: `opens/${accountId}/${input.RoleSessionName}`,
      Expiration: new Date(nowMs + (input.DurationSeconds ?? 0) * 1000),
    },
    AssumedRoleUser: { AssumedRoleId: `AROA:${input.RoleSessionName}`, Arn: `${input.RoleArn}/session` },
  };
}

/** The same after a restart, as the key of a real KMS. */
const MASTER_KEY = createHash('sha256').update('the master key of a load').digest();

function dataKey({ EncryptionContext }: GenerateDataKeyCommand['input']): object {
  const key = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', MASTER_KEY, iv).setAAD(contextBytes(EncryptionContext));
  const wrapped = Buffer.concat([iv, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return { Plaintext: Uint8Array.from(key), CiphertextBlob: Uint8Array.from(wrapped) };
}

function unwrapped({ CiphertextBlob = new Uint8Array(), EncryptionContext }: DecryptCommand['input']): object {
  const bytes = Buffer.from(CiphertextBlob);
  const decipher = createDecipheriv('aes-256-gcm', MASTER_KEY, bytes.subarray(0, 12));
  decipher.setAAD(contextBytes(EncryptionContext)).setAuthTag(bytes.subarray(-16));
  try {
    const key = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
    return { Plaintext: Uint8Array.from(key) };
  } catch {
    throw namedError('InvalidCiphertextException');
  }
}

function contextBytes(context: Record<string, string> | undefined): Buffer {
  return Buffer.from(canonicalJson({ ...context }), 'utf8');
}

function queueCall(command: unknown): ServiceCall {
  if (command instanceof SendMessageCommand) {
    const { QueueUrl, MessageBody: body = '' } = command.input;
    return { service: QueueUrl === DEAD_LETTERS_URL ? 'deadLetter' : 'send', body };
  }
  if (command instanceof ChangeMessageVisibilityCommand) {
    const { ReceiptHandle: messageId = '', VisibilityTimeout: seconds = 0 } = command.input;
    return { service: 'backOff', messageId, seconds };
  }
  throw new Error('a command that this SQS does not know');
}

function bytesOf(payload: InvokeCommand['input']['Payload']): Uint8Array {
  return payload instanceof Uint8Array ? payload : new Uint8Array();
}
