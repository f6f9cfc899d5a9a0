import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { findSecret } from '../../../lib/onboarding/find-secret.ts';
import { readImportLine, tenantIdOf } from '../../../lib/onboarding/import-line.ts';
import { plainLine, plainLines } from '../../../lib/onboarding/plain-text.ts';

const rules = { jobs: jobCatalogue, partition: 'aws' } as const;
const keyId = (index: number) => `AKIA${String(index).padStart(16, 'A')}`;
const plain = { tenantId: 'acme', name: 'Acme', accessKeyIds: [keyId(1)] };
const read = (change: Readonly<Record<string, unknown>>) => readImportLine({ ...plain, ...change }, rules);
const keyIds = (count: number) => Array.from({ length: count }, (_, index) => keyId(index));

describe('a line of an import', () => {
  it('is read as it stands, and has nothing that it does not say', () => {
    expect(read({})).toStrictEqual({
      read: true,
      tenant: {
        tenantId: 'acme',
        name: 'Acme',
        settings: {},
        enabledJobs: ['scan-account'],
        legacyAccessKeyIds: [keyId(1)],
      },
    });
    const inside = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
    // As deep and as wide as a line may be: what is wrong with it is something else.
    for (const settings of [{ 'scan-account': [[[[[[]]]]]] }, inside(196)]) {
      expect(read({ settings })).not.toMatchObject({ problem: expect.stringContaining('deeper than') });
    }
    const extras = { schedule: { 'scan-account': { everyHours: 24 } }, notes: '' };
    expect(read(extras)).toMatchObject({ read: true, tenant: extras });
  });

  it.each<[string, unknown]>([
    ['tenantId', 'a'.repeat(63)],
    ['name', 'n'.repeat(128)],
    ['name', 'Zoë & Co'],
    ['jobs', []],
    ['jobs', ['scan-account']],
    ['settings', { 'process-logs': { bucket: 'acme-logs', prefix: 'trail/' } }],
    ['notes', 'n'.repeat(4_096)],
    ['notes', 'two\n\tlines'],
    ['accessKeyIds', keyIds(20)],
    ['accessKeyIds', ['AKIAAZ09AZ09AZ09AZ09']],
  ])('may have the %s %j', (field, value) => {
    expect(read({ [field]: value })).toMatchObject({ read: true });
  });

  it.each<[string, unknown, string]>([
    ['tenantId', 'a', 'tenantId: expected 2 to 63 of a-z, 0-9 and inner hyphens, got "a"'],
    ['name', '', 'name: expected 1 to 128 characters of one line, none of them invisible, got ""'],
    ['name', 'n'.repeat(129), 'name: expected 1 to 128 characters of one line, none of them invisible'],
    ['name', 7, 'name: expected string, got number'],
    ['jobs', 'scan-account', 'jobs: expected Array, got "scan-account"'],
    [
      'jobs',
      Array.from({ length: 101 }, (_, index) => `j${index}`),
      'jobs: expected at most 100 jobs, got array of 101',
    ],
    ['jobs', ['scan-account', 'scan-account'], 'jobs: expected each once, got array of 2'],
    ['settings', 'none', 'settings: expected Object, got "none"'],
    ['notes', 'n'.repeat(4_097), 'notes: expected at most 4096 characters, none of them invisible'],
    ['notes', 'a\rb', 'notes: expected at most 4096 characters, none of them invisible, got "a\\u000db"'],
    ['accessKeyIds', [], 'accessKeyIds: expected at least one, got array of 0'],
    ['accessKeyIds', keyIds(21), 'accessKeyIds: expected at most 20, got array of 21'],
    ['accessKeyIds', [keyId(1), keyId(1)], 'accessKeyIds: expected each once, got array of 2'],
    [
      'accessKeyIds',
      ['ASIAAAAAAAAAAAAAAAAA'],
      'accessKeyIds.0: expected the id of a long-lived access key, not of a temporary one, got "ASIAAAAAAAAAAAAAAAAA"',
    ],
    ...['AKIA', `${keyId(1)}A`, keyId(1).slice(0, -1), `A${keyId(1)}`, keyId(1).toLowerCase(), `${keyId(1)}\n`].map(
      (id): [string, unknown, string] => [
        'accessKeyIds',
        [id],
        'accessKeyIds.0: expected the id of an access key, AKIA and 16 of A-Z and 0-9, got ',
      ],
    ),
    ['externalId', 'x', 'the line has an external ID: they are made here, one for each tenant, and none is taken'],
    ['External_IDs', {}, 'the line has an external ID'],
    ['schedule', { 'process-logs': { everyHours: 24 } }, 'schedule.process-logs: the job is not enabled'],
    ['colour', 'red', 'the line has the key "colour"; known keys are tenantId, name, jobs, settings'],
  ])('may not have the %s %j', (field, value, says) => {
    const reading = read({ [field]: value });
    expect(reading).toMatchObject({ read: false });
    expect('problem' in reading ? reading.problem : '').toContain(says);
  });

  it.each<[string, unknown, string]>([
    ['a reserved key', { ...plain, settings: { constructor: 1 } }, 'the line has the reserved key constructor'],
    [
      'more levels than one may have',
      { ...plain, settings: { 'scan-account': [[[[[[[]]]]]]] } },
      'the line is deeper than 8 levels, or has over 200 keys',
    ],
    [
      'more keys than one may have',
      { ...plain, settings: Object.fromEntries(Array.from({ length: 197 }, (_, index) => [`k${index}`, 0])) },
      'the line is deeper than 8 levels, or has over 200 keys',
    ],
  ])('is told by the tenant that it speaks of: %s', (_, line, problem) => {
    expect(readImportLine(line, rules)).toEqual({ read: false, problem, tenantId: 'acme' });
  });

  it.each([undefined, null, 'acme', 7, [], {}, { tenantId: 'A' }, { tenantId: 7 }])(
    '%j speaks of no tenant',
    (line) => {
      expect(tenantIdOf(line)).toBeUndefined();
      expect(readImportLine(line, rules)).not.toHaveProperty('tenantId');
      expect(readImportLine(line, rules)).toMatchObject({ read: false });
    },
  );
});

describe('a text of people', () => {
  it.each<[string, v.GenericSchema<unknown, string>, boolean]>([
    ['a', plainLine(2), true],
    ['ab', plainLine(2), true],
    ['abc', plainLine(2), false],
    ['', plainLine(2), false],
    ['', plainLines(2), true],
    ['a\n', plainLines(2), true],
    ['a\n', plainLine(2), false],
    ['\t\t', plainLines(2), true],
    ['\t', plainLine(2), false],
    ['\n\n\n', plainLines(2), false],
    ['\u001b', plainLines(2), false],
    ['\u200d', plainLines(2), false],
    ['\u202e', plainLine(2), false],
    ['\u2028', plainLines(2), false],
    ['\u2029', plainLine(2), false],
    ['\ud800', plainLines(2), false],
    ['\u{1f600}', plainLine(2), true],
  ])('is taken only where all of it can be seen: %j', (text, schema, taken) => {
    expect(v.is(schema, text)).toBe(taken);
  });

  it('says what it should have been', () => {
    const said = [plainLine(2), plainLines(3)].map((schema) => v.safeParse(schema, '\u0000').issues?.[0].message);
    expect(said).toEqual([
      'expected 1 to 2 characters of one line, none of them invisible',
      'expected at most 3 characters, none of them invisible',
    ]);
  });
});

describe('a secret', () => {
  const letters = (length: number) => 'aB3/+'.repeat(100).slice(0, length);
  it.each<[string, unknown, string | undefined]>([
    ['a text of 40 letters', letters(40), 'the line'],
    ['one of 39', letters(39), undefined],
    ['one of 41', letters(41), undefined],
    ['one of 99', letters(99), undefined],
    ['one of 100', letters(100), 'the line'],
    ['one of 40 with its padding', `${letters(39)}=`, 'the line'],
    ['one of 40 after an equals sign', { notes: `key=${letters(40)}` }, 'notes'],
    ['one of 40 before a sign of its own', { notes: `${letters(40)}=` }, undefined],
    ['one of 40 before a letter', { notes: `${letters(40)}x` }, undefined],
    ['one of 40 after a letter', { notes: `x${letters(40)}` }, undefined],
    ['one of 40 after a slash', { notes: `/${letters(40)}` }, undefined],
    ['one of 40 after a full stop', { notes: `.${letters(40)}` }, 'notes'],
    ['nothing', null, undefined],
    ['a number', 7, undefined],
    ['a field of its name', { secretAccessKey: 1 }, 'secretAccessKey'],
    ['a field that begins so', { 'Secret-Thing': 1 }, 'Secret-Thing'],
    ['a field that has it within', { awsSecretAccessKey: 1 }, 'awsSecretAccessKey'],
    ['a field of a secret key', { my_secret_key: 1 }, 'my_secret_key'],
    ['a field of a session token', { awsSessionToken: 1 }, 'awsSessionToken'],
    ['a field that has another name', { mySecret: 1, token: 2, accessKeyIds: ['x'] }, undefined],
    ['a member of a list, told by the field that the list is in', { keys: [letters(40)] }, 'keys'],
    ['a member of a list in a list', [[letters(40)]], 'the line'],
    ['a field whose name is one', { [letters(40)]: 1 }, 'a field'],
    ['a field of 32 letters', { ['secret'.padEnd(32, 'x')]: 1 }, 'secret'.padEnd(32, 'x')],
    ['a field of 33 letters, which may be what should not be shown', { ['secret'.padEnd(33, 'x')]: 1 }, 'a field'],
    ['a field of odd letters', { 'secret\n': 1 }, 'a field'],
    ['a field of odd letters before others', { '\nsecret': 1 }, 'a field'],
    ['a field within one that is as long as one', { [letters(40)]: { a: letters(40) } }, 'a field'],
  ])('stands there: %s', (_, value, name) => {
    expect(findSecret(value)).toBe(name);
  });
});
