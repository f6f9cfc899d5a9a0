import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { everyPrint } from '../support/every-print.ts';
import { refusals, unreadable } from '../unit/broker/assume-tenant-role.cases.ts';
import { assumedXml, gzipped, stsThatAnswers, type WireAnswer } from '../unit/broker/sts-answers.ts';
import { leakyRun } from './leaky-run.ts';
import { findSecrets } from './search-for-secrets.ts';

/** T16: an answer of STS that is cut or bent makes the SDK throw an error with the secret key hidden in it. */
const cuts = ['<SecretAccessKey>', '</SecretAccessKey>', '</SessionToken>', '</Credentials>', '</AssumeRoleResponse>'];
const body = assumedXml();
const answers: readonly (readonly [name: string, answer: WireAnswer])[] = [
  ...[...unreadable, ...refusals].map(({ name, answer }) => [name, answer] as const),
  ...cuts.map(
    (tag) => [`cut off at ${tag}`, { status: 200, body: body.slice(0, body.indexOf(tag) + tag.length - 1) }] as const,
  ),
  ['a session in an error', { status: 500, body }],
  ['a session in a refusal', { status: 403, body }],
  ['compressed, without saying so', { status: 200, body: gzipped(body) }],
  ['compressed, and saying so', { status: 200, body: gzipped(body), headers: { 'content-encoding': 'gzip' } }],
  ['as JSON', { status: 200, body: JSON.stringify({ body }), headers: { 'content-type': 'application/json' } }],
  ['with a control character', { status: 200, body: body.replace('</SessionToken>', '\u0000</SessionToken>') }],
  [
    'with an entity that there is not',
    { status: 200, body: body.replace('</SessionToken>', '&nothing;</SessionToken>') },
  ],
  ['twice', { status: 200, body: body + body }],
];

const request = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::222222222222:role/x', RoleSessionName: 'x.y.1' });

async function errorOf(answer: WireAnswer): Promise<unknown> {
  try {
    return await stsThatAnswers(answer).sts.send(request);
  } catch (error) {
    return error;
  }
}

describe('an answer of STS that is', () => {
  it.each(answers)('%s leaves no secret anywhere in the whole pipeline', async (_, answer) => {
    const { places, secrets, world } = await leakyRun(
      () => undefined,
      ({ sts }) => {
        const { sts: real } = stsThatAnswers(answer);
        const send: (command: AssumeRoleCommand) => unknown = real.send.bind(real);
        Object.assign(sts.client, { send });
      },
    );
    expect(findSecrets(places, secrets)).toEqual([]);
    expect((await world.issuance()).attempts.length).toBeLessThanOrEqual(3);
    // It is an outcome, and never an error that somebody else has to be careful with.
    expect(world.log.lines.filter(({ code }) => code === 'internal')).toEqual([]);
  });

  it('cut off would be seen to carry its secret, were the error let through', async () => {
    const error = await errorOf({ status: 200, body: body.slice(0, body.indexOf('</SessionToken>')) });
    expect(error).toBeInstanceOf(Error);
    expect(findSecrets({ error: [everyPrint(error)] }, ['canary/secret+access=key0123456789abcdef'])).not.toEqual([]);
  });
});
