import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../../lib/ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../../lib/ledger/request-record.ts';
import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import { tables } from '../dynamo-tables.ts';
import type { recordedTransitions } from '../recorded-transitions.ts';
import type { Faults } from './faults.ts';
import { checkEnd } from './invariants-at-the-end.ts';
import type { jobHost } from './job-host.ts';
import { leaksIn, unsealed } from './leaks.ts';
import type { makePipeline } from './pipeline.ts';
import type { Store } from './store.ts';

export type ReadingParts = {
  readonly store: Store;
  readonly faults: Faults;
  readonly pipeline: ReturnType<typeof makePipeline>;
  readonly host: ReturnType<typeof jobHost>;
  readonly log: ReturnType<typeof recordedTransitions>;
  readonly tenants: readonly TenantReading[];
  readonly broken: readonly string[];
};

/** What can be seen of a world: its records, the calls that were made, and which invariants do not hold. */
export function makeReadings({ store, faults, pipeline, host, log, tenants, broken }: ReadingParts) {
  const { queue, lambda, sts } = pipeline;
  const ledgerItems = () => store.items(tables.ledgerTable);

  async function issuances(): Promise<readonly Issuance[]> {
    const items = await ledgerItems();
    return items.flatMap((item) => (item['recordType'] === 'issuance' ? [v.parse(issuanceSchema, item)] : []));
  }

  /** I7: secrets, session tokens and external IDs that stand anywhere but in the sealed ciphertext. */
  async function leaks(): Promise<readonly string[]> {
    const written = [queue.everSent, queue.deadLetters, log.lines, host.observed, lambda.invocations.map(unsealed)];
    const secrets = [
      ...sts.minted.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]),
      ...tenants.flatMap(({ tenant }) =>
        [tenant.externalIds?.current, tenant.externalIds?.next].filter((id) => id !== undefined),
      ),
    ];
    return leaksIn([...written, await ledgerItems()], secrets);
  }

  return {
    issuances,
    leaks,
    /** The only issuance there is. */
    async issuance(): Promise<Issuance> {
      const [one, ...more] = await issuances();
      if (one === undefined || more.length > 0) throw new Error(`there is not one issuance: ${one} and ${more.length}`);
      return one;
    },

    async requests(): Promise<readonly RequestRecord[]> {
      const items = await ledgerItems();
      return items.flatMap((item) => (item['recordType'] === 'request' ? [v.parse(requestRecordSchema, item)] : []));
    },

    /**
     * The names of the calls that processes made, in order, without those of counters, which nothing waits for; those
     * about one record only, when it is named.
     */
    sites: (subject?: string): readonly string[] =>
      faults.calls
        .filter((call) => call.process !== 'test' && !call.site.startsWith('limits.'))
        .filter((call) => subject === undefined || call.subject === subject)
        .map(({ site }) => site),

    /** Every invariant that was broken on the way, or does not hold now that all should have ended. */
    async violations(): Promise<readonly string[]> {
      const rotating = tenants.filter(({ tenant }) => tenant.externalIds?.next).map(({ tenant }) => tenant.tenantId);
      const ended = { items: await ledgerItems(), calls: faults.calls, minted: sts.minted, runs: host.runs, rotating };
      return [...broken, ...checkEnd(ended), ...(await leaks())];
    },
  };
}
