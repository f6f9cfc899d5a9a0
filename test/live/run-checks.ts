import type { Ground } from './ground.ts';
import type { Checked, LiveCheck } from './live-check.ts';

/**
 * Asks one check after another: they share the quotas of an account. What breaks is told and stops no other.
 *
 * @param isStopped whether somebody wants no more checks; asked before each.
 */
export async function runChecks(
  checks: readonly LiveCheck[],
  ground: Ground,
  { report, isStopped }: { readonly report: (checked: Checked) => void; readonly isStopped: () => boolean },
): Promise<readonly Checked[]> {
  const all: Checked[] = [];
  for (const check of checks) {
    if (isStopped()) break;
    const checked = await ask(check, ground);
    report(checked);
    all.push(checked);
  }
  return all;
}

async function ask(check: LiveCheck, ground: Ground): Promise<Checked> {
  if (check.needsAws !== undefined && ground.where === 'embedded') {
    return { check, verdict: 'needs AWS', answer: check.needsAws };
  }
  try {
    const answer = await check.ask(ground);
    return { check, verdict: verdictOf(check, answer), answer };
  } catch (error) {
    return {
      check,
      verdict: 'broke',
      answer: error instanceof Error ? `${error.name} ${error.message}` : String(error),
    };
  }
}

function verdictOf({ expected }: LiveCheck, answer: string): Checked['verdict'] {
  if (expected === undefined) return 'measured';
  return answer === expected ? 'as expected' : 'differs';
}

/** A run proves nothing when a check differs, or could not be asked. */
export function isGood(all: readonly Checked[]): boolean {
  return all.every(({ verdict }) => verdict !== 'differs' && verdict !== 'broke');
}
