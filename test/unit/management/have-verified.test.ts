import type { InvokeCommand, InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { makeHaveVerified } from '../../../lib/management/have-verified.ts';

const wanted = { tenantId: 'acme', accountId: '222222222222', by: 'arn:aws:iam::111111111111:user/jane' };

function verifier(answer: () => Promise<Partial<InvokeCommandOutput>>) {
  const sent: InvokeCommandInput[] = [];
  const lambda = {
    async send({ input }: InvokeCommand): Promise<InvokeCommandOutput> {
      sent.push(input);
      return { $metadata: {}, ...(await answer()) };
    },
  };
  return { sent, verify: makeHaveVerified({ lambda, config: { verifyTrustFunctionName: 'broker-verify-trust' } }) };
}

it('invokes verify-trust once, waits for it, and says who asks', async () => {
  const { sent, verify } = verifier(async () => ({}));
  await verify(wanted);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ FunctionName: 'broker-verify-trust', InvocationType: 'RequestResponse' });
  expect(JSON.parse(String(sent[0]?.Payload))).toEqual({ kind: 'check', ...wanted });
});

it.each<[string, () => Promise<Partial<InvokeCommandOutput>>]>([
  ['that failed', async () => ({ FunctionError: 'Unhandled', Payload: text('{"errorMessage":"cb-test1-secret"}') })],
  [
    'that is throttled',
    () => Promise.reject(Object.assign(new Error('cb-test1-secret'), { name: 'TooManyRequestsException' })),
  ],
  ['that takes too long', () => Promise.reject(Object.assign(new Error('cb-test1-secret'), { name: 'TimeoutError' }))],
])('tells of a function %s only that it did', async (_, answer) => {
  const { verify } = verifier(answer);
  const error = await verify(wanted).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'verifier.unavailable', retryable: true });
  expect(String(error)).not.toContain('secret');
});

function text(value: string): NonNullable<InvokeCommandOutput['Payload']> {
  return Object.assign(Buffer.from(value), { transformToString: () => value });
}
