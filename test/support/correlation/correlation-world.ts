import type { AssumeRoleEvent } from '../../../lib/audit/cloudtrail-event.ts';
import { makeAnnouncements } from '../../../lib/audit/correlation/announcements.ts';
import { correlate } from '../../../lib/audit/correlation/correlation-on-aws.ts';
import type { CorrelationState, VersionedState } from '../../../lib/audit/correlation/correlation-state.ts';
import { ownRoles } from '../../../lib/audit/correlation/own-roles.ts';
import type { TrailFacts } from '../../../lib/audit/correlation/trail-fitness.ts';
import type { BrokerEvent } from '../../../lib/platform/broker-events.ts';
import type { Transition } from '../../../lib/platform/transition-log.ts';
import { frozenClock } from '../frozen-clock.ts';
import { inMemoryAnnouncingRecords } from './in-memory-announcing-records.ts';
import { inMemoryObservationLedger } from './in-memory-observation-ledger.ts';

export const BROKER_ACCOUNT = '111111111111';
const PREFIX = 'credential-broker-dev-';
const NAMES = ['issue-credentials', 'vend-credentials', 'verify-trust', 'decoy', 'scan-account', 'sweep-issuances'];
export const roles = ownRoles({
  partition: 'aws',
  brokerAccountId: BROKER_ACCOUNT,
  functionNamePrefix: PREFIX,
  names: NAMES,
});

export const FIT: TrailFacts = {
  isMultiRegion: true,
  isLogging: true,
  selectors: { basic: [{ readWriteType: 'All', includesManagement: true }], advanced: [] },
};

export type Effect = 'write' | 'tell' | 'send' | 'state' | 'mark' | 'line';

/** The correlation with everything around it in memory. `before` is asked at each effect, and may throw as a crash would. */
export function correlationWorld({ keepLines = true }: { readonly keepLines?: boolean } = {}) {
  const clock = frozenClock();
  const ledger = inMemoryObservationLedger();
  const records = inMemoryAnnouncingRecords();
  const told: BrokerEvent[] = [];
  const lines: Transition[] = [];
  const waiting: AssumeRoleEvent[] = [];
  const markedMissing = new Set<string>();
  let state: VersionedState | undefined;
  const faults = { before: (_effect: Effect): void => undefined, after: (_effect: Effect): void => undefined };
  let trails: readonly TrailFacts[] = [FIT];

  async function effect<Answer>(name: Effect, work: () => Promise<Answer> | Answer): Promise<Answer> {
    faults.before(name);
    const answer = await work();
    faults.after(name);
    return answer;
  }

  const states = {
    read: async () => state,
    write: (version: number, after: CorrelationState) =>
      effect('state', () => {
        if (version !== (state?.version ?? 0)) return undefined;
        state = { ...after, version: version + 1 };
        return state;
      }),
    wasTold: async (name: string) => markedMissing.has(name),
    markTold: (name: string) =>
      effect('mark', () => {
        markedMissing.add(name);
      }),
  };
  const dependencies = {
    ledger: {
      ...ledger,
      write: (...args: Parameters<typeof ledger.write>) => effect('write', () => ledger.write(...args)),
    },
    announcements: makeAnnouncements({ records, roles, clock }),
    states,
    queue: {
      send: (event: AssumeRoleEvent) =>
        effect('send', () => {
          waiting.push(event);
        }),
    },
    readTrails: async () => trails,
    tell: (event: BrokerEvent) =>
      effect('tell', () => {
        told.push(event);
      }),
    log: {
      transition(line: Transition) {
        if (keepLines) lines.push(line);
      },
    },
    records,
    roles,
    clock,
  };
  const remainingMs = () => 60_000;
  return {
    clock,
    ledger,
    records,
    told,
    lines,
    waiting,
    faults,
    dependencies,
    state: () => state,
    loseState: () => {
      state = undefined;
    },
    setTrails: (facts: readonly TrailFacts[]) => {
      trails = facts;
    },
    /** As EventBridge invokes the function. */
    deliver: (record: unknown) =>
      correlate(
        { source: 'aws.sts', 'detail-type': 'AWS API Call via CloudTrail', detail: record },
        { remainingMs },
        dependencies,
      ),
    invoke: (event: unknown) => correlate(event, { remainingMs }, dependencies),
    tick: (left = remainingMs) => correlate({ kind: 'tick' }, { remainingMs: left }, dependencies),
    /** Every alert by its id, in the order in which it was first told. */
    alerts: () => [...new Map(told.map((event) => [String(event.detail['alertId']), event])).values()],
  };
}
export type CorrelationWorld = ReturnType<typeof correlationWorld>;
