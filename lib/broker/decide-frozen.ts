import { type DecisionFacts, decideAgain } from '../requests/decide.ts';
import type { AccountDecision } from '../requests/decide-account.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

/** The accounts that were frozen into the request, decided by what holds now. */
export function decideFrozen(
  accountIds: readonly string[],
  facts: DecisionFacts,
  { config }: IssuingDependencies,
): readonly AccountDecision[] {
  const decision = decideAgain({ ...facts, detail: { ...facts.detail, accountIds } }, config.rules);
  if (decision.allowed) return decision.accounts;
  return accountIds.map((accountId) => ({ allowed: false, accountId, refusal: decision.refusal }));
}
