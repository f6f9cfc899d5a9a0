import type { Currency } from './audit-api.ts';

type CurrencyFacts = {
  readonly readAtMs: number;
  readonly reads: Currency['reads'];
  /** The time up to which CloudTrail was compared with the ledger; undefined: not yet. */
  readonly correlated: number | undefined;
};

/** How current an answer is. `readAtMs` is taken before the reading, so nothing later is promised. */
export function currencyOf({ readAtMs, reads, correlated }: CurrencyFacts): Currency {
  return { readAtMs, reads, ...(correlated === undefined ? {} : { correlatedUpToMs: correlated }) };
}

/** The text for an answer that there is nothing. */
export function correlatedText(correlated: number | undefined): string {
  if (correlated === undefined) return 'CloudTrail was not held against it yet';
  return `CloudTrail was held against it until ${new Date(correlated).toISOString()}`;
}
