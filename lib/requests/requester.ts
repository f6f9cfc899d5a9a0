import type { RequestOrigin } from './request.ts';

/** What the ledger has in the place of a requester's name for whoever is none. No requester may bear it. */
export const UNRECOGNISED = 'unrecognised';

/**
 * Who may ask for what, as `config/<stage>.yml` declares it. A requester is recognised only by what AWS itself stamps
 * on its request; nothing in a detail counts.
 */
export type Requester = {
  readonly name: string;
  readonly recognisedBy: {
    readonly event: { readonly account?: string | undefined; readonly source: string };
  };
  readonly jobs: 'all' | readonly string[];
  readonly tenants: 'all' | readonly string[];
};

/**
 * The requester that this origin is, or undefined for a stranger. `account` absent means the broker's own, which the
 * packaging does not know: beside it, a requester that states that account passes. Whoever two requesters fit is a
 * stranger, because each would else be able to ask as the other.
 */
export function recogniseRequester(
  origin: RequestOrigin,
  { requesters, brokerAccountId }: { requesters: readonly Requester[]; brokerAccountId: string },
): Requester | undefined {
  const [requester, another] = requesters.filter(({ recognisedBy: { event } }) => {
    const sameAccount = (event.account ?? brokerAccountId) === origin.account;
    const sameSource = event.source === origin.source;
    return sameAccount && sameSource;
  });
  return another === undefined ? requester : undefined;
}

/** May this requester ask for this job and this tenant? */
export function isBound(requester: Requester, { tenantId, job }: { tenantId: string; job: string }): boolean {
  const jobAllowed = requester.jobs === 'all' || requester.jobs.includes(job);
  const tenantAllowed = requester.tenants === 'all' || requester.tenants.includes(tenantId);
  return jobAllowed && tenantAllowed;
}
