import { describe, expect, it } from 'vitest';
import { readVerificationOrder } from '../../../../lib/onboarding/trust/verification-order.ts';

const check = { kind: 'check', tenantId: 'acme', by: 'arn:aws:iam::111111111111:role/ops' };

describe('an order to verify', () => {
  it.each([
    check,
    { ...check, accountId: '222222222222' },
    { ...check, accountId: '222222222222', roleName: 'audit_+=,.@-' },
    { ...check, liftsPause: true },
    { ...check, liftsPause: false },
    { ...check, roleName: 'r'.repeat(64), by: 'b'.repeat(2_048) },
    { ...check, roleName: 'r', by: 'b' },
    { kind: 'tick' },
  ])('is taken as it is: %j', (order) => {
    expect(readVerificationOrder(order)).toEqual(order);
  });

  const issuanceId = `scan-account.${'a'.repeat(32)}`;
  const fact = {
    version: '0',
    id: 'e1',
    source: 'credential-broker',
    'detail-type': 'IssuanceRecorded',
    detail: { issuanceId, tenantId: 'acme', state: 'failed', code: 'job.sessionRevoked' },
  };

  it('is read out of a fact of the bus, of which nothing is taken but the issuance', () => {
    expect(readVerificationOrder(fact)).toEqual({ kind: 'sessionsRevoked', issuanceId });
  });

  it.each([
    ['of somebody else', { ...fact, source: 'com.example.scans' }],
    ['of another kind', { ...fact, 'detail-type': 'TrustChanged' }],
    ['of no issuance', { ...fact, detail: {} }],
    ...[
      'req_x',
      `.${'a'.repeat(32)}`,
      `${issuanceId}a`,
      issuanceId.slice(0, -1),
      `${'a'.repeat(25)}.${'a'.repeat(32)}`,
    ].map((id): [string, object] => ['of a record that is none', { ...fact, detail: { issuanceId: id } }]),
    ...[
      `${issuanceId}\n`,
      ` ${issuanceId}`,
      issuanceId.toUpperCase(),
      issuanceId.replace('.', '-'),
      `x.${'1'.repeat(32)}`,
    ].map((id): [string, object] => ['of what is nearly one', { ...fact, detail: { issuanceId: id } }]),
    ['of nothing', { ...fact, detail: undefined }],
    ['without its envelope', { kind: 'sessionsRevoked', issuanceId }],
  ])('is not read out of a fact %s', (_, event) => {
    expect(() => readVerificationOrder(event)).toThrow(expect.objectContaining({ code: 'request.malformed' }));
  });

  it.each<[string, unknown, string]>([
    ['a wish that is none', { ...check, liftsPause: 'yes' }, 'liftsPause'],
    ['nothing', undefined, 'the top level'],
    ['a text', 'tick', 'the top level'],
    ['a list', [check], 'kind'],
    ['another kind', { kind: 'other' }, 'kind'],
    ['a kind in other letters', { kind: 'Tick' }, 'kind'],
    ['a tick with more', { kind: 'tick', slot: 3 }, 'slot'],
    ['a check of nobody', { kind: 'check', by: 'x' }, 'tenantId'],
    ['a tenant that cannot be', { ...check, tenantId: 'Acme' }, 'tenantId'],
    ['an account that cannot be', { ...check, accountId: '22222222222' }, 'accountId'],
    ['a name with a slash', { ...check, roleName: 'x/audit' }, 'roleName'],
    ['a name with a star', { ...check, roleName: '*' }, 'roleName'],
    ['a name of 65 letters', { ...check, roleName: 'r'.repeat(65) }, 'roleName'],
    ['an empty name', { ...check, roleName: '' }, 'roleName'],
    ['a name with a line break', { ...check, roleName: 'audit\n' }, 'roleName'],
    ['a name after a space', { ...check, roleName: ' audit' }, 'roleName'],
    ['an account with a line break', { ...check, accountId: '222222222222\n' }, 'accountId'],
    ['a name of who asks that nobody has', { ...check, by: 'b'.repeat(2_049) }, 'by'],
    ['an external ID', { ...check, externalId: 'x' }, 'externalId'],
    ['nobody who asks', { kind: 'check', tenantId: 'acme' }, 'by'],
    ['an empty name of who asks', { ...check, by: '' }, 'by'],
  ])('is refused as malformed: %s', (_, event, at) => {
    expect(() => readVerificationOrder(event)).toThrow(
      expect.objectContaining({ code: 'request.malformed', message: expect.stringMatching(new RegExp(`at ${at}$`)) }),
    );
  });
});
