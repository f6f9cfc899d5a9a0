import type { IssuanceState } from './issuance.ts';

/** Every state of an issuance, as a list that schemas of questions and answers are made of. */
export const ISSUANCE_STATES = [
  'refused',
  'intended',
  'issued',
  'claimed',
  'completed',
  'failed',
  'denied',
  'revoked',
  'expired',
  'unknown',
] as const satisfies readonly IssuanceState[];
