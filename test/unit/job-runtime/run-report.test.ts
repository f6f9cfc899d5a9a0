import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { holdsSecret } from '../../../lib/job-runtime/holds-secret.ts';
import { stackFrames } from '../../../lib/job-runtime/run-event.ts';
import { completedReport, failedReport } from '../../../lib/job-runtime/run-report.ts';
import type { SessionCredentials } from '../../../lib/sealing/envelope.ts';
import { tracesOf } from './support/job-world.ts';

const credentials: SessionCredentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE12',
  secretAccessKey: 'wJal/XUtnF+EMIK7MDENGbPxRfiCYEXAMPLEKEY=',
  sessionToken: `IQoJ"b3Jp+${'Zx/9'.repeat(60)}`,
  expiresAtMs: 1,
};
const { secretAccessKey, sessionToken } = credentials;

describe('the report of a completed run', () => {
  const kept: readonly (readonly [string, unknown, string])[] = [
    ['an object', { buckets: 3 }, '{"buckets":3}'],
    ['nothing', undefined, 'null'],
    ['a text', 'done', '"done"'],
    ['4,096 bytes', 'x'.repeat(4_094), JSON.stringify('x'.repeat(4_094))],
    ['the access key id, which is no secret', credentials.accessKeyId, '"ASIAEXAMPLEEXAMPLE12"'],
  ];

  it.each(kept)('keeps %s', (_name, summary, text) => {
    expect(completedReport(summary, credentials)).toEqual({ outcome: 'completed', summary: text });
  });

  const circular: Record<string, unknown> = {};
  circular['itself'] = circular;
  const left: readonly (readonly [string, unknown, string])[] = [
    ['4,097 bytes', 'x'.repeat(4_095), 'the summary of 4097 bytes is over 4096'],
    ['bytes, not characters', 'é'.repeat(2_048), 'the summary of 4098 bytes is over 4096'],
    ['a big integer', { size: 1n }, 'the summary is not JSON'],
    ['a circle', circular, 'the summary is not JSON'],
    ['a function', () => 1, 'the summary is not JSON'],
    ['the credentials', { ...credentials }, 'the summary held credentials'],
    ['their bytes', { key: Buffer.from(secretAccessKey) }, 'the summary held credentials'],
    ['their bytes as numbers', { key: new Uint8Array(Buffer.from(sessionToken)) }, 'the summary held credentials'],
    ['their letters', [...secretAccessKey], 'the summary held credentials'],
    ['parts of them', { a: secretAccessKey.slice(0, 9), b: secretAccessKey.slice(9) }, 'the summary held credentials'],
    ['a header made of them', `Basic ${base64(`user:${secretAccessKey}!`)}`, 'the summary held credentials'],
  ];

  it.each(left)('notes why it does not keep %s', (_name, summary, why) => {
    expect(completedReport(summary, credentials)).toEqual({
      outcome: 'completed',
      summary: JSON.stringify({ summaryNotKept: why }),
    });
  });
});

describe('the report of a failed run', () => {
  class AccessDenied extends Error {
    override name = 'AccessDenied';
    $metadata = { httpStatusCode: 403, requestId: 'ABCDEF0123456789' };
    $response = { headers: { authorization: secretAccessKey } };
  }
  const named = new Error('x');
  named.name = 'a name: with a text';

  const errors: readonly (readonly [string, unknown, object])[] = [
    [
      'an error of the broker with its code and text',
      new BrokerError('seal.failed', 'the data key could not be had from KMS: TimeoutError'),
      { code: 'seal.failed', name: 'BrokerError', message: 'the data key could not be had from KMS: TimeoutError' },
    ],
    [
      'an AWS error with its status and request id only',
      new AccessDenied(`not with ${secretAccessKey}`),
      {
        code: 'job.failed',
        name: 'AccessDenied',
        message: 'an AWS call was answered with HTTP 403, request ABCDEF0123456789',
      },
    ],
    [
      'any other error without its text',
      new TypeError(`cannot read ${sessionToken}`),
      { code: 'job.failed', name: 'TypeError', message: 'the job ended with an error; its log has where' },
    ],
    ['a thrown text without it', secretAccessKey, { code: 'job.failed', name: 'Error' }],
    ['nothing thrown', undefined, { code: 'job.failed', name: 'Error' }],
    ['a name that is a text without it', named, { code: 'job.failed', name: 'Error' }],
    [
      'a broker’s error that a job filled with its secret without the text',
      new BrokerError('job.failed', `failed with ${secretAccessKey}`),
      { code: 'job.failed', name: 'Error', message: 'the error held credentials and was not kept' },
    ],
  ];

  it.each(errors)('gives %s', (_name, error, expected) => {
    const session = { accountId: '222222222222', issuanceId: `scan-account.${'a'.repeat(32)}`, attempt: 1 };
    const report = failedReport(error, credentials, session);
    expect(report).toMatchObject({ outcome: 'failed', ...expected });
    expect(Object.keys(report).sort()).toEqual(['code', 'message', 'name', 'outcome']);
    expect(tracesOf(credentials).filter((trace) => JSON.stringify(report).includes(trace))).toEqual([]);
  });
});

describe('a text holds a secret', () => {
  const whole = tracesOf(credentials).filter((_trace, index) => index % 8 !== 1);
  const shifted = ['', 'a', 'ab', 'abc'].flatMap((before) =>
    [secretAccessKey, sessionToken].flatMap((secret) => [
      Buffer.from(`${before}${secret}after`).toString('base64'),
      Buffer.from(`${before}${secret}after`).toString('base64url'),
    ]),
  );

  it.each([...whole, ...shifted, Buffer.from(secretAccessKey).toString('hex').toUpperCase()])(
    'in the form %s',
    (form) => {
      expect(holdsSecret(`before ${form} after`, credentials)).toBe(true);
    },
  );

  it('only if it does', () => {
    expect(holdsSecret(JSON.stringify({ buckets: ['logs'], id: credentials.accessKeyId }), credentials)).toBe(false);
  });
});

describe('the frames of an error', () => {
  it('are places in code and nothing of its text', () => {
    const error = new Error(`${secretAccessKey}\n    at ${secretAccessKey} (/x.js:1:1)\n    at real (/x.js:1:1)`);
    const frames = stackFrames(error);
    expect(frames[0]).toMatch(/^at .*run-report\.test\.ts:\d+:\d+\)?$/);
    expect(frames.join()).not.toContain(secretAccessKey.slice(0, 16));
    expect(frames.join()).not.toContain('/x.js');
  });

  it('are none where there is no stack', () => {
    expect(stackFrames('text')).toEqual([]);
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
