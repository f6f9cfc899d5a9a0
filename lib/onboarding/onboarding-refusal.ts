import type { RefusalReason } from '../errors.ts';

/** What was asked for is not done, and why. The explanation holds no external ID and no value that was refused. */
export type OnboardingRefusal = { readonly refused: RefusalReason; readonly explanation: string };

export function refuse(refused: RefusalReason, explanation: string): OnboardingRefusal {
  return { refused, explanation };
}

export function isRefusal(answer: object | undefined): answer is OnboardingRefusal {
  return answer !== undefined && 'refused' in answer;
}
