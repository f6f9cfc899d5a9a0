import { plainDetail, runJobEvent } from '../support/queue-message.ts';
import { type RequestCase, rows } from './request-case.ts';

/** Messages that are no request at all, or too large to be one: refused by reading alone. */
const detail = (change: Readonly<Record<string, unknown>>) => runJobEvent({ detail: change });
const envelope = (change: Readonly<Record<string, unknown>>) => runJobEvent({ envelope: change });
/** Written by hand, because `JSON.stringify` is what runs out of stack here. */
const nestedInput = (levels: number) =>
  runJobEvent().replace('"version":1', `"version":1,"input":${'['.repeat(levels)}0${']'.repeat(levels)}`);
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));

export const malformed: readonly RequestCase[] = rows('request.malformed', [
  ['an empty body', '', 'not JSON'],
  ['a text that is not JSON', 'RunJob please', 'not JSON'],
  ['a JSON text cut short', runJobEvent().slice(0, -1), 'at character'],
  ['two JSON values', `${runJobEvent()}{}`, 'at character'],
  ['a byte order mark', `\uFEFF${runJobEvent()}`, 'not JSON'],
  ['null', 'null', 'wrong at the top level'],
  ['a number', '7', 'wrong at the top level'],
  ['a string', '"RunJob"', 'wrong at the top level'],
  ['an array', '[]', 'expected an EventBridge event'],
  ['an array of events', `[${runJobEvent()}]`, 'expected an EventBridge event'],
  ['a detail without its envelope', JSON.stringify(plainDetail), 'wrong at version'],
  ['an envelope of another version', envelope({ version: '1' }), 'wrong at version'],
  ['no event id', envelope({ id: undefined }), 'wrong at id'],
  ['an empty event id', envelope({ id: '' }), 'wrong at id'],
  ['no source', envelope({ source: undefined }), 'wrong at source'],
  ['an account that is a number', envelope({ account: 111111111111 }), 'wrong at account'],
  ['an account of 13 digits', envelope({ account: '1111111111111' }), 'wrong at account'],
  ['an account in Arabic digits', envelope({ account: '١١١١١١١١١١١١' }), 'wrong at account'],
  ['no time', envelope({ time: undefined }), 'wrong at time'],
  ['a time in words', envelope({ time: 'yesterday' }), 'wrong at time'],
  ['a time that has the form but no value', envelope({ time: '2031-05-06T07:08:09+05' }), 'wrong at time'],
  ['another detail-type', envelope({ 'detail-type': 'StopJob' }), 'detail-type "StopJob"'],
  ['a detail-type in other letters', envelope({ 'detail-type': 'runjob' }), 'detail-type "runjob"'],
  ['a detail-type with line breaks', envelope({ 'detail-type': 'a\n\u001b[2J' }), '"a\\u000a\\u001b[2J"'],
  ['no detail', envelope({ detail: undefined }), 'wrong at detail'],
  ['a detail that is null', envelope({ detail: null }), 'detail is not a JSON object'],
  ['a detail that is an array', envelope({ detail: [plainDetail] }), 'detail is not a JSON object'],
  ['a detail that is JSON in a string', envelope({ detail: JSON.stringify(plainDetail) }), 'not a JSON object'],
  [
    'a record of the broker with a key too many',
    '{"brokerRecord":"account","requestId":"req_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","accountId":"222222222222","tenantId":"acme"}',
    'expected an EventBridge event',
  ],
  ['a record of the broker of an unknown kind', '{"brokerRecord":"grant"}', 'expected an EventBridge event'],
]);

export const tooLarge: readonly RequestCase[] = rows('request.tooLarge', [
  ['a message of one byte over 64 KiB', padded(64 * 1024 + 1), '65537 bytes; the limit is 65536'],
  ['a message of 1 MB', padded(1_000_000), '1000000 bytes'],
  ['64 KiB counted in bytes, not letters', detail({ reason: 'é'.repeat(33_000) }), 'bytes'],
  ['brackets 100,000 deep', '['.repeat(100_000), '100000 bytes'],
  ['an input of 100,000 keys', detail({ input: keys(100_000) }), 'bytes'],
  ['a detail 9 levels deep', nestedInput(8), '9 levels deep; the limit is 8'],
  ['a detail 15,000 levels deep', nestedInput(14_999), '15000 levels deep'],
  ['a detail of 201 keys', detail({ input: keys(197) }), '201 keys; the limit is 200'],
  [
    '201 keys spread over objects in an array',
    detail({ input: Array.from({ length: 197 }, () => ({ a: 1 })) }),
    '201 keys',
  ],
]);

function padded(bytes: number): string {
  const empty = detail({ reason: '' });
  return detail({ reason: 'r'.repeat(bytes - empty.length) });
}
