import { expect, it } from 'vitest';
import { errorCodes, isErrorCode } from '../../../lib/errors.ts';
import { httpStatuses } from '../../../lib/platform/http-status.ts';

it('has a status for every code and for nothing else', () => {
  expect(Object.keys(httpStatuses).sort()).toEqual(Object.keys(errorCodes).sort());
});

it('tells a caller to try again exactly where it helps, but for what the broker alone can mend', () => {
  const worthIt = Object.entries(httpStatuses).filter(([, status]) => status === 503);
  const codes = worthIt.map(([code]) => code).filter(isErrorCode);
  expect(codes.filter((code) => !errorCodes[code].retryable)).toEqual(['switch.off']);
});

it.each<[keyof typeof httpStatuses, number]>([
  ['tenant.unknown', 404],
  ['account.unknown', 404],
  ['route.unknown', 404],
  ['request.malformed', 400],
  ['request.fieldNotAllowed', 400],
  ['request.tooLarge', 413],
  ['registry.stale', 409],
  ['tenant.alreadyRegistered', 409],
  ['account.alreadyConnected', 409],
  ['tenant.customerLimit', 409],
  ['rotation.notProven', 409],
  ['caller.unknown', 403],
  ['import.invalid', 422],
  ['import.secretRefused', 422],
  ['account.roleArnInvalid', 400],
  ['account.roleAmbiguous', 400],
  ['store.busy', 503],
  ['internal', 500],
])('answers %s with %i', (code, status) => {
  expect(httpStatuses[code]).toBe(status);
});
