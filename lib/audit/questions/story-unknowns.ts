import { type Attempt, type Issuance, LIMITS } from '../../ledger/issuance.ts';
import { MISSING_AFTER_MS } from '../session-verdict.ts';
import type { AttemptStory, IssuanceStory } from './audit-api.ts';

type Unknown = IssuanceStory['unknowns'][number];

/** What is not known, and until when it may still become known. */
export function unknownsOf(issuance: Issuance, attempts: readonly AttemptStory[]): readonly Unknown[] {
  return [...attempts.flatMap((story) => attemptUnknowns(story, issuance)), ...jobUnknowns(issuance)];
}

function attemptUnknowns({ attempt, verdict }: AttemptStory, issuance: Issuance): readonly Unknown[] {
  const { attempt: number, intendedAtMs } = attempt;
  if (attempt.outcome === 'open' && attempt.accessKeyId === undefined) {
    // The last call of the attempt was refused in full, and the next one is announced first.
    if (verdict === undefined) return [];
    const untilMs = issuance.state === 'intended' ? issuance.leaseUntilMs : intendedAtMs + LIMITS.leaseMs;
    return [{ what: `whether attempt ${number} made a session: its call may be under way`, untilMs }];
  }
  return [...verdictUnknowns(attempt, verdict), ...useUnknowns(attempt)];
}

function verdictUnknowns(attempt: Attempt, verdict: AttemptStory['verdict']): readonly Unknown[] {
  const { attempt: number, intendedAtMs, issuedAtMs = intendedAtMs } = attempt;
  const untilMs = issuedAtMs + MISSING_AFTER_MS;
  if (verdict === 'missing') {
    return [{ what: `why CloudTrail never showed the session of attempt ${number}` }];
  }
  if (verdict !== 'awaited') return [];
  if (attempt.accessKeyId !== undefined) return [{ what: `CloudTrail's own record of attempt ${number}`, untilMs }];
  return [{ what: `whether attempt ${number} made a session that nobody holds`, untilMs }];
}

function useUnknowns({ attempt, outcome, accessKeyId, fenceMs }: Attempt): readonly Unknown[] {
  if (outcome !== 'issued' || accessKeyId === undefined) return [];
  const what = `what was done with the session of attempt ${attempt}: only the trail of the tenant's account shows it`;
  return [{ what, ...(fenceMs === undefined ? {} : { untilMs: fenceMs + MISSING_AFTER_MS }) }];
}

function jobUnknowns(issuance: Issuance): readonly Unknown[] {
  const last = issuance.attempts.at(-1);
  switch (issuance.state) {
    case 'issued':
      if (issuance.delivery === 'caller' || last?.usableUntilMs === undefined) return [];
      return [{ what: 'whether the job claims its credentials', untilMs: last.usableUntilMs }];
    case 'claimed':
      if (last?.fenceMs === undefined) return [{ what: 'how the job ends' }];
      return [{ what: 'how the job ends', untilMs: last.fenceMs + LIMITS.reportGraceMs }];
    case 'unknown':
      return [{ what: 'how the job ended: it claimed its credentials and never reported' }];
    default:
      return [];
  }
}
