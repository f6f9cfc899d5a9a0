import type { Ground } from './ground.ts';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 2_000;

/** What came of a call in one word: `allowed`, `denied`, or the name of another error. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'allowed';
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    return /^AccessDenied(Exception)?$/.test(name) ? 'denied' : name;
  }
}

/**
 * As `outcomeOf`, of a call that must be allowed once IAM has caught up: what is refused until then is not the answer. Ask
 * this first, and what must be denied by the same policies after it.
 */
export async function outcomeInTime(ground: Ground, call: () => Promise<unknown>): Promise<string> {
  const untilMs = ground.nowMs() + (ground.where === 'aws' ? PATIENCE_MS : 0);
  let outcome = await outcomeOf(call);
  while (outcome !== 'allowed' && ground.nowMs() < untilMs) {
    await ground.pass(PAUSE_MS);
    outcome = await outcomeOf(call);
  }
  return outcome;
}

/** `one: allowed · other: denied`, the form of every answer of more than one part. */
export function told(outcomes: Readonly<Record<string, string>>): string {
  return Object.entries(outcomes)
    .map(([name, outcome]) => `${name}: ${outcome}`)
    .join(' · ');
}
