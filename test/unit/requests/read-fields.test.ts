import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { readFields } from '../../../lib/requests/read-fields.ts';

const schema = v.strictObject({
  tenantId: v.string(),
  settings: v.exactOptional(v.record(v.string(), v.unknown())),
  roles: v.exactOptional(v.array(v.strictObject({ roleName: v.pipe(v.string(), v.regex(/^[a-z]+$/)) }))),
});
const read = (input: unknown) => readFields(schema, { what: 'the body', input });

describe('fields', () => {
  it('are taken as they are', () => {
    const fields = { tenantId: 'acme', roles: [{ roleName: 'audit' }] };
    expect(read(fields)).toEqual({ read: true, fields });
  });

  it.each<[string, unknown, string, string]>([
    ['a key in another case', { tenantID: 'acme', tenantId: 'a' }, 'request.fieldNotAllowed', 'did you mean tenantId?'],
    ['a key with an underscore', { tenant_id: 'acme' }, 'request.fieldNotAllowed', 'did you mean tenantId?'],
    [
      'a key deeper',
      { tenantId: 'a', roles: [{ RoleName: 'x', roleName: 'x' }] },
      'request.fieldNotAllowed',
      'did you mean roleName?',
    ],
    [
      'an unknown key',
      { tenantId: 'a', x: 1 },
      'request.fieldNotAllowed',
      'known keys are tenantId, settings, roles, roleName',
    ],
    ['an unknown key beside a wrong value', { tenantId: 1, x: 1 }, 'request.fieldNotAllowed', 'the key "x"'],
    ['an inherited name', { tenantId: 'a', toString: 1 }, 'request.fieldNotAllowed', 'the key "toString"'],
    ['a missing key', {}, 'request.fieldInvalid', 'tenantId: is missing'],
    ['a wrong value', { tenantId: 5 }, 'request.fieldInvalid', 'tenantId: expected string, got number'],
    [
      'a wrong value deeper',
      { tenantId: 'a', roles: [{ roleName: 'X' }] },
      'request.fieldInvalid',
      'roles.0.roleName: ',
    ],
    ['no object', undefined, 'request.fieldInvalid', 'the body: is missing'],
    ['a list for an object', [], 'request.fieldInvalid', 'the body: expected an object, got array of 0'],
    [
      'a list for an object that may be empty',
      { tenantId: 'a', settings: [] },
      'request.fieldInvalid',
      'settings: expected an object, got array of 0',
    ],
  ])('are refused with %s', (_, input, reason, text) => {
    expect(read(input)).toMatchObject({ read: false, refusal: { reason, explanation: expect.stringContaining(text) } });
  });

  it.each<[string, v.GenericSchema, unknown, string]>([
    ['nothing is taken', v.strictObject({}), { a: 1 }, 'the body has the key "a"; it takes no keys'],
    [
      'they are within what may be left out',
      v.strictObject({ of: v.exactOptional(v.strictObject({ inner: v.string() })) }),
      { of: { Inner: 'x' } },
      'the body has the key "Inner"; did you mean inner?',
    ],
    [
      'they are within a map',
      v.strictObject({ of: v.record(v.string(), v.strictObject({ paused: v.exactOptional(v.boolean()) })) }),
      { of: { any: { x: 1 } } },
      'the body has the key "x"; known keys are of, paused',
    ],
    [
      'they are named once, though two have them',
      v.strictObject({
        a: v.strictObject({ name: v.string() }),
        b: v.exactOptional(v.strictObject({ name: v.string() })),
      }),
      { a: { name: 'x', other: 1 } },
      'the body has the key "other"; known keys are a, b, name',
    ],
    ['a strict one is wrong as a whole', v.strictObject({ a: v.string() }), 7, 'the body: expected Object, got number'],
    ['a missing one is no stray', v.strictObject({ a: v.string() }), {}, 'a: is missing'],
  ])('are told where %s', (_, choice, input, explanation) => {
    const reading = readFields(choice, { what: 'the body', input });
    expect(reading).toMatchObject({ read: false });
    expect('refusal' in reading ? reading.refusal.explanation : '').toBe(explanation);
  });

  it('are known in every option of a choice', () => {
    const choice = v.variant('step', [
      v.strictObject({ step: v.literal('start'), format: v.exactOptional(v.string()) }),
      v.strictObject({ step: v.literal('finish') }),
    ]);
    expect(readFields(choice, { what: 'the body', input: { step: 'finish', Format: 'x' } })).toMatchObject({
      refusal: { explanation: 'the body has the key "Format"; did you mean format?' },
    });
  });
});
