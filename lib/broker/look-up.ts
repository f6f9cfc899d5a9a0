import type { RequestRecord } from '../ledger/request-record.ts';
import type { DecisionFacts } from '../requests/decide.ts';
import type { RequestDetail, RequestOrigin } from '../requests/request.ts';
import { isBound, type Requester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

type LookUpInput = {
  readonly detail: Pick<RequestDetail, 'tenantId' | 'job' | 'accountIds' | 'hops'>;
  readonly requester: Requester | undefined;
  readonly delivery?: 'caller';
  /** Given for a request that has just come in, whose origin is a part of the decision. */
  readonly origin?: RequestOrigin;
  /** When the message came onto the queue. A request counts in that hour, however long it waits there. */
  readonly arrivedAtMs?: number | undefined;
};

/**
 * Reads what a decision needs: the tenant and the switches, at the same time and consistently. Nothing is read for a
 * requester that is not bound to the tenant and job that it names. Throws `store.*` when either cannot be read: what is
 * unreadable counts as switched off.
 */
export async function lookUp(asked: LookUpInput, broker: IssuingDependencies): Promise<DecisionFacts> {
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

async function readSwitches({ detail, origin }: LookUpInput, { switches }: IssuingDependencies) {
  const of = { job: detail.job, tenantId: detail.tenantId };
  const isReplay = origin?.kind === 'event' && origin.replayName !== undefined;
  if (!isReplay) return { switchedOff: await switches.read(of) };
  const { switchedOff, replay } = await switches.readForReplay(of);
  return { switchedOff, ...(replay === undefined ? {} : { replay }) };
}

/** Throws when the counter cannot be read: what cannot be counted is not let through, and the message is retried. */
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

/** What to look up to decide a recorded request again. */
export function lookUpInputOf(
  request: RequestRecord,
  accountIds: readonly string[],
  { config }: IssuingDependencies,
): LookUpInput {
  const requester = config.requesters.find((candidate) => candidate.name === request.requester);
  const delivery = request.delivery === undefined ? {} : { delivery: request.delivery };
  const detail = { version: 1 as const, tenantId: request.tenantId ?? '', job: request.job ?? '', accountIds };
  return { detail, requester, ...delivery };
}
