import type { Issuance } from '../../../lib/ledger/issuance.ts';
import type { Ledger } from '../../../lib/ledger/ledger.ts';
import type { BrokerParts } from './wiring.ts';

/** Hands the job over first and writes the issue down afterwards. */
export function recordAfterInvoke({ ledger, invokeJob, assume }: BrokerParts): BrokerParts {
  const postponed = new Map<string, () => Promise<boolean>>();
  return {
    assume,
    ledger: {
      ...ledger,
      async advance(before, after) {
        if (after.state !== 'issued' || before.state === 'issued') return ledger.advance(before, after);
        postponed.set(after.recordId, () => ledger.advance(before, after));
        return true;
      },
    },
    async invokeJob(invocation) {
      const delivery = await invokeJob(invocation);
      await postponed.get(invocation.context.issuanceId)?.();
      return delivery;
    },
  };
}

/** Says that the issue is on record where it is not. */
export function issuesUnrecorded(ledger: Ledger): Ledger {
  const pretended = (after: Issuance) => after.state === 'issued';
  return {
    ...ledger,
    advance: async (before, after) => pretended(after) || ledger.advance(before, after),
  };
}

/** Calls STS first and writes the intent down afterwards. */
export function intentAfterCall({ ledger, invokeJob, assume }: BrokerParts): BrokerParts {
  const postponed = new Map<string, () => Promise<boolean>>();
  const later = (after: Issuance, write: () => Promise<boolean>) => {
    if (after.state !== 'intended') return write();
    postponed.set(`${after.recordId}.${after.attempt}`, write);
    return Promise.resolve(true);
  };
  return {
    invokeJob,
    ledger: {
      ...ledger,
      open: (issuance) => later(issuance, () => ledger.open(issuance)),
      advance: (before, after) =>
        before.attempt === after.attempt
          ? ledger.advance(before, after)
          : later(after, () => ledger.advance(before, after)),
    },
    async assume(input) {
      const assumption = await assume(input);
      await postponed.get(input.sessionName)?.();
      return assumption;
    },
  };
}

/** Takes a claimed issuance for one that is issued and was never claimed. */
export function rerunOfClaimed(ledger: Ledger): Ledger {
  return {
    ...ledger,
    async readIssuance(issuanceId) {
      const issuance = await ledger.readIssuance(issuanceId);
      if (issuance?.state !== 'claimed') return issuance;
      const { claim: _claim, report: _report, ...rest } = issuance;
      return { ...rest, state: 'issued' };
    },
    async advance(before, after) {
      const there = await ledger.readIssuance(before.recordId);
      return ledger.advance(there?.state === 'claimed' ? there : before, after);
    },
  };
}
