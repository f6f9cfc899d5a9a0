import { archivedLineFuzz } from './archived-line.fuzz.ts';
import { cloudtrailFuzz } from './cloudtrail.fuzz.ts';
import { cursorFuzz } from './cursors.fuzz.ts';
import { envelopeFuzz } from './envelope.fuzz.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { parserFuzz } from './parser.fuzz.ts';
import { policyFuzz } from './policy.fuzz.ts';
import { receiptFuzz } from './receipts.fuzz.ts';
import { roleArnFuzz } from './role-arn.fuzz.ts';

/** Everything that reads what somebody else wrote. */
export const fuzzTargets: readonly FuzzTarget[] = [
  parserFuzz,
  roleArnFuzz,
  policyFuzz,
  envelopeFuzz,
  cloudtrailFuzz,
  cursorFuzz,
  archivedLineFuzz,
  receiptFuzz,
];
