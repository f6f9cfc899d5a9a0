import { assertNever } from '../errors.ts';
import { isOfPattern } from './principal-pattern.ts';
import type { EventOrigin, RequestOrigin } from './request.ts';

/** The requester's name in the ledger for a stranger. No requester may have this name. */
export const UNRECOGNISED = 'unrecognised';

/**
 * Who may ask for what, as `config/<stage>.yml` declares it. A requester is recognised only by what AWS itself stamps
 * on its request; nothing in a detail counts.
 */
export type Requester = {
  readonly name: string;
  readonly recognisedBy: Recognition;
  readonly jobs: 'all' | readonly string[];
  readonly tenants: 'all' | readonly string[];
  readonly limits?: {
    /** Distinct tenants that it may ask for in an hour. */
    readonly tenantsPerHour?: number;
    readonly requestsPerMinute?: number;
  };
};

/** The one property by which a requester is recognised. */
export type Recognition =
  | { readonly event: { readonly account?: string | undefined; readonly source: string } }
  /** The name of a schedule. */
  | { readonly schedule: string }
  /** Patterns of IAM principals: see `principal-pattern.ts`. */
  | { readonly functionUrl: { readonly principals: readonly string[] } }
  /** The alias of request-job-direct that is invoked. */
  | { readonly invoke: { readonly alias: string } };

/**
 * The source of a schedule's events. The bus denies it to all but the function that sends them, so that a schedule is
 * recognised as any other source is. A letter of its name cannot make it another schedule's: names have no dots.
 */
export function scheduleSource(schedule: string): string {
  return `${SCHEDULE_SOURCES}${schedule}`;
}

/** What the sources of schedules begin with. */
const SCHEDULE_SOURCES = 'credential-broker.schedule.';

type Among = { readonly requesters: readonly Requester[]; readonly brokerAccountId: string };

/**
 * The requester of this origin, or undefined for a stranger. An absent `account` means the broker's own, which is not
 * known when the configuration is packaged, so a second requester may name that same account. An origin that fits two
 * requesters is a stranger's: otherwise each could ask as the other.
 */
export function recogniseRequester(
  origin: RequestOrigin,
  { requesters, brokerAccountId }: Among,
): Requester | undefined {
  const [requester, another] = requesters.filter(({ recognisedBy }) => isOf(recognisedBy, origin, brokerAccountId));
  return another === undefined ? requester : undefined;
}

function isOf(recognisedBy: Recognition, origin: RequestOrigin, brokerAccountId: string): boolean {
  switch (origin.kind) {
    case 'event':
      return isSender(recognisedBy, origin, brokerAccountId);
    case 'functionUrl':
      return (
        'functionUrl' in recognisedBy &&
        recognisedBy.functionUrl.principals.some((pattern) => isOfPattern(origin, { pattern, brokerAccountId }))
      );
    case 'invoke':
      return 'invoke' in recognisedBy && recognisedBy.invoke.alias === origin.alias;
    default:
      return assertNever(origin);
  }
}

function isSender(recognisedBy: Recognition, { account, source }: EventOrigin, brokerAccountId: string): boolean {
  if ('event' in recognisedBy) {
    const { event } = recognisedBy;
    return (event.account ?? brokerAccountId) === account && event.source === source;
  }
  return 'schedule' in recognisedBy && account === brokerAccountId && source === scheduleSource(recognisedBy.schedule);
}

/** Whether this requester may ask for this job and this tenant. */
export function isBound(requester: Requester, { tenantId, job }: { tenantId: string; job: string }): boolean {
  const jobAllowed = requester.jobs === 'all' || requester.jobs.includes(job);
  const tenantAllowed = requester.tenants === 'all' || requester.tenants.includes(tenantId);
  return jobAllowed && tenantAllowed;
}
