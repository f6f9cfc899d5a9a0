import type { DecisionFacts } from '../requests/decide.ts';
import type { RequestDetail } from '../requests/request.ts';
import { isBound, type Requester } from '../requests/requester.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';
import type { RequestRecord } from './request-record.ts';

type Asked = {
  readonly detail: Pick<RequestDetail, 'tenantId' | 'job' | 'accountIds' | 'hops'>;
  readonly requester: Requester | undefined;
  readonly delivery?: 'caller';
};

/**
 * Reads what a decision goes by: the tenant and the switches, side by side and consistent. Who is not bound to what
 * they name costs no reading at all. Throws `store.*` when either cannot be read: unreadable is off.
 */
export async function lookUp(asked: Asked, broker: IssuingDependencies): Promise<DecisionFacts> {
  const { detail, requester } = asked;
  const job = broker.config.jobs.get(detail.job);
  const nothing: DecisionFacts = { ...asked, job, reading: undefined, switchedOff: [] };
  if (requester === undefined || !isBound(requester, detail)) return nothing;
  const [reading, switchedOff] = await Promise.all([
    broker.registry.readTenant(detail.tenantId, detail.accountIds),
    broker.switches.read({ job: detail.job, tenantId: detail.tenantId }),
  ]);
  return { ...nothing, reading, switchedOff };
}

/** What a recorded request asked for, to be decided again. */
export function factsOf(request: RequestRecord, accountIds: readonly string[], { config }: IssuingDependencies): Asked {
  const requester = config.requesters.find((candidate) => candidate.name === request.requester);
  const delivery = request.delivery === undefined ? {} : { delivery: request.delivery };
  const detail = { version: 1 as const, tenantId: request.tenantId ?? '', job: request.job ?? '', accountIds };
  return { detail, requester, ...delivery };
}
