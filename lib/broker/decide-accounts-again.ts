import { type DecisionFacts, decideAgain } from '../requests/decide.ts';
import type { AccountDecision } from '../requests/decide-account.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

/** Decides the accounts of a recorded request once more, by the facts that hold now. */
export function decideAccountsAgain(
  accountIds: readonly string[],
  facts: DecisionFacts,
  { config }: IssuingDependencies,
): readonly AccountDecision[] {
  const decision = decideAgain({ ...facts, detail: { ...facts.detail, accountIds } }, config.rules);
  if (decision.allowed) return decision.accounts;
  return accountIds.map((accountId) => ({ allowed: false, accountId, refusal: decision.refusal }));
}
