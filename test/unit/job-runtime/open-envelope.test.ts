import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeClaimCredentials } from '../../../lib/job-runtime/claim-credentials.ts';
import type { JobPayload } from '../../../lib/job-runtime/job-payload.ts';
import { type JobWorld, startJobWorld } from './support/job-world.ts';

let world: JobWorld;

beforeAll(async () => {
  world = await startJobWorld();
});
afterAll(() => world.close());

async function opened(payload: JobPayload): Promise<unknown> {
  const made = await makeClaimCredentials(world.dependencies)(payload, { requestId: 'request-1' });
  if (!made.claimed) throw new Error(`the claim was refused: ${made.because}`);
  return (await made.open()).reveal();
}

describe('an envelope that was claimed does not open', () => {
  const forgeries: readonly { of: string; change: (payload: JobPayload) => Partial<JobPayload> }[] = [
    { of: 'the tenant', change: () => ({ tenantId: 'victim' }) },
    { of: 'the account', change: () => ({ accountId: '333333333333' }) },
    { of: 'the fence', change: ({ fenceMs }) => ({ fenceMs: fenceMs + 1 }) },
    { of: 'the time of use', change: ({ usableUntilMs }) => ({ usableUntilMs: usableUntilMs + 1 }) },
    { of: 'the nonce', change: ({ sealed }) => ({ sealed: { ...sealed, iv: flipped(sealed.iv) } }) },
    { of: 'the text', change: ({ sealed }) => ({ sealed: { ...sealed, ciphertext: flipped(sealed.ciphertext) } }) },
    { of: 'the tag', change: ({ sealed }) => ({ sealed: { ...sealed, tag: flipped(sealed.tag) } }) },
  ];

  it.each(forgeries)('after a change of $of, always with the same error', async ({ change }) => {
    const { payload } = await world.issue();
    await expect(opened({ ...payload, ...change(payload) })).rejects.toMatchObject({
      code: 'envelope.invalid',
      message: 'the envelope could not be opened',
      detail: {},
    });
  });

  it('with the envelope of another issuance of the same tenant', async () => {
    const [one, two] = [await world.issue(), await world.issue()];
    const swapped = { ...one.payload, sealed: two.payload.sealed };
    await expect(opened(swapped)).rejects.toMatchObject({ code: 'envelope.invalid' });
    expect(world.kms.plaintexts.at(-1)).toEqual(new Uint8Array(32));
  });

  it.each(['AccessDeniedException', 'IncorrectKeyException'])('when KMS says %s', async (name) => {
    const { payload } = await world.issue();
    world.kms.failNext([name]);
    await expect(opened(payload)).rejects.toMatchObject({ code: 'envelope.invalid' });
  });

  it.each(['DisabledException', 'KMSInternalException', 'KeyUnavailableException', 'ThrottlingException'])(
    'for now when KMS says %s, which is named as such',
    async (name) => {
      const { payload } = await world.issue();
      world.kms.failNext([name]);
      await expect(opened(payload)).rejects.toMatchObject({
        code: 'seal.failed',
        message: expect.stringContaining(name),
      });
    },
  );

  it('when the ticket has no key', async () => {
    const { payload } = await world.issue();
    await world.change(payload, { ticket: { attempt: 1, usableUntilMs: payload.usableUntilMs } });
    await expect(opened(payload)).rejects.toMatchObject({ code: 'store.itemInvalid' });
  });

  function flipped(base64: string): string {
    const bytes = Buffer.from(base64, 'base64');
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    return bytes.toString('base64');
  }
});
