import { isDeepStrictEqual } from 'node:util';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Ids } from '../../../lib/platform/ids.ts';
import { type CallMade, type Faults, namedError, type Temper } from './faults.ts';

export const ENVELOPE_KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-000000000001';

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('ThrottlingException'),
};

type Wrapped = { readonly dataKey: Uint8Array; readonly context: Readonly<Record<string, string>> };

/** KMS: data keys under a context, opened again only under the same. */
export function fakeKms(faults: Faults, ids: Ids): KMSClient {
  const wrapped = new Map<string, Wrapped>();

  function generate({ input }: GenerateDataKeyCommand): object {
    const dataKey = ids.randomBytes(32);
    const blob = ids.randomBytes(48);
    wrapped.set(Buffer.from(blob).toString('hex'), { dataKey, context: { ...input.EncryptionContext } });
    return { Plaintext: Uint8Array.from(dataKey), CiphertextBlob: blob };
  }

  function decrypt({ input }: DecryptCommand): object {
    const known = wrapped.get(Buffer.from(input.CiphertextBlob ?? []).toString('hex'));
    const fits = known !== undefined && isDeepStrictEqual(known.context, { ...input.EncryptionContext });
    if (!fits || input.KeyId !== ENVELOPE_KEY_ARN) throw namedError('InvalidCiphertextException');
    return { Plaintext: Uint8Array.from(known.dataKey) };
  }

  return Object.assign(new KMSClient({ region: 'eu-west-1' }), {
    send(command: unknown) {
      if (command instanceof GenerateDataKeyCommand) {
        const made = callAbout('kms.dataKey', command.input.EncryptionContext);
        return faults.through(made, temper, async () => generate(command));
      }
      if (command instanceof DecryptCommand) {
        const made = callAbout('kms.decrypt', command.input.EncryptionContext);
        return faults.through(made, temper, async () => decrypt(command));
      }
      throw new Error('a command that the fake KMS does not know');
    },
  });
}

function callAbout(site: string, context: Record<string, string> = {}): CallMade {
  return { site, subject: context['issuance'] ?? '', attempt: Number(context['attempt']) };
}
