import { BrokerError } from '../errors.ts';
import type { ProbeThroughBroker } from '../onboarding/trust/verify-role.ts';
import type { Clock } from '../platform/clock.ts';
import { type Ids, sha256Hex } from '../platform/ids.ts';
import { brokerRecordBody } from '../requests/broker-record.ts';
import type { ProbeLedger } from './probe-ledger.ts';
import { openProbe, probeResultOf } from './probe-record.ts';

export type ProbeThroughBrokerDependencies = {
  readonly probes: Pick<ProbeLedger, 'open' | 'read'>;
  /** Puts a record of our own on the request queue. Throws `store.*`. */
  readonly sendToQueue: (body: string) => Promise<void>;
  /** Waits in real time. */
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
};

/** Four looks a second for 15 seconds: the queue may be busy, and a probe without an answer proves nothing. */
const LOOKS = 60;
const BETWEEN_LOOKS_MS = 250;

/**
 * Has issue-credentials probe a role: records the probe in the ledger, puts an order on the request queue, and reads
 * the outcome from the record. The order holds the external ID only as its hash. Without an answer the probe is
 * inconclusive.
 */
export function makeProbeThroughBroker(dependencies: ProbeThroughBrokerDependencies): ProbeThroughBroker {
  const { probes, sendToQueue, pause, clock, ids } = dependencies;
  return async ({ role: { tenantId, accountId, roleArn }, externalId }) => {
    const order = { tenantId, accountId, roleArn, probe: 'brokerRightExternalId' } as const;
    const record = openProbe(order, { by: 'issue-credentials', ids, nowMs: clock.nowMs() });
    if (!(await probes.open(record))) throw new BrokerError('internal', 'the id of a new probe was taken');
    const { recordId: probeId } = record;
    const hash = externalId === undefined ? {} : { externalIdSha256: sha256Hex(externalId) };
    await sendToQueue(brokerRecordBody({ brokerRecord: 'probe', probeId, tenantId, accountId, roleArn, ...hash }));
    for (let look = 0; look < LOOKS; look += 1) {
      await pause(BETWEEN_LOOKS_MS);
      const now = await probes.read(probeId);
      if (now !== undefined && now.outcome !== 'open') return probeResultOf(now);
    }
    return probeResultOf(record);
  };
}
