import type { RequestRecord } from '../ledger/request-record.ts';
import type { DecisionFacts } from '../requests/decide.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';
import { isBound, type Requester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

type Asked = {
  readonly detail: Pick<RequestDetail, 'tenantId' | 'job' | 'accountIds' | 'hops'>;
  readonly requester: Requester | undefined;
  readonly delivery?: 'caller';
  /** Of a request that has just come in: some of it decides, too. */
  readonly origin?: RequestOrigin;
  /** When the message came onto the queue: a request counts in the hour in which it came, however long it waits. */
  readonly arrivedAtMs?: number | undefined;
};

/**
 * Reads what a decision goes by: the tenant and the switches, side by side and consistent. Who is not bound to what
 * they name costs no reading at all. Throws `store.*` when either cannot be read: unreadable is off.
 */
export async function lookUp(asked: Asked, broker: IssuingDependencies): Promise<DecisionFacts> {
  const { detail, requester, origin, arrivedAtMs, ...rest } = asked;
  const job = broker.config.jobs.get(detail.job);
  const nothing: DecisionFacts = { ...rest, detail, requester, job, reading: undefined, switchedOff: [] };
  if (requester === undefined || !isBound(requester, detail)) return nothing;
  const [reading, switches, breadth] = await Promise.all([
    broker.registry.readTenant(detail.tenantId, detail.accountIds),
    readSwitches(asked, broker),
    origin === undefined ? {} : readBreadth(requester, { tenantId: detail.tenantId, arrivedAtMs }, broker),
  ]);
  return { ...nothing, reading, ...switches, ...breadth };
}

async function readSwitches({ detail, origin }: Asked, { switches }: IssuingDependencies) {
  const of = { job: detail.job, tenantId: detail.tenantId };
  const isReplay = origin?.kind === 'event' && origin.replayName !== undefined;
  if (!isReplay) return { switchedOff: await switches.read(of) };
  const { switchedOff, replay } = await switches.readForReplay(of);
  return { switchedOff, ...(replay === undefined ? {} : { replay }) };
}

/** What cannot be counted is not let through: it throws, and the message comes again. */
async function readBreadth(
  { name, limits }: Requester,
  { tenantId, arrivedAtMs }: { readonly tenantId: string; readonly arrivedAtMs: number | undefined },
  broker: IssuingDependencies,
) {
  const limit = limits?.tenantsPerHour;
  if (limit === undefined) return {};
  const isWithin = await broker.limits.isWithinBreadth({ requester: name, tenantId, limit, arrivedAtMs });
  return isWithin ? {} : { breadthExceeded: limit };
}

/** What a recorded request asked for, to be decided again. */
export function factsOf(request: RequestRecord, accountIds: readonly string[], { config }: IssuingDependencies): Asked {
  const requester = config.requesters.find((candidate) => candidate.name === request.requester);
  const delivery = request.delivery === undefined ? {} : { delivery: request.delivery };
  const detail = { version: 1 as const, tenantId: request.tenantId ?? '', job: request.job ?? '', accountIds };
  return { detail, requester, ...delivery };
}
