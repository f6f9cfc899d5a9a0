import type { RefusalReason } from '../errors.ts';

/** Why something was refused. The explanation never holds an external ID or the value that was refused. */
export type OnboardingRefusal = { readonly refused: RefusalReason; readonly explanation: string };

export function refuse(refused: RefusalReason, explanation: string): OnboardingRefusal {
  return { refused, explanation };
}

export function isRefusal(answer: object | undefined): answer is OnboardingRefusal {
  return answer !== undefined && 'refused' in answer;
}
