/** The limits of a deployment, as `config/<stage>.yml` has them. */
export type LimitSettings = {
  readonly perTenant: {
    /** Requests of one tenant that are begun in a minute. */
    readonly requestsPerMinute: number;
    /** AssumeRole calls for one tenant in a minute; left out, a tenth of what all tenants have together. */
    readonly callsPerMinute?: number;
    /** Requests of one tenant that are worked on at once, by all functions together. */
    readonly concurrentIssuances: number;
  };
  /** AssumeRole calls of the broker in a second. AWS gives an account and region 600, to all its roles together. */
  readonly stsCallsPerSecond: number;
};

/** The part of all calls that one tenant has, where nothing else is said. */
const TENANTS_PART = 0.1;

export function callsPerMinuteOf({ perTenant, stsCallsPerSecond }: LimitSettings): number {
  return perTenant.callsPerMinute ?? Math.max(1, Math.floor(stsCallsPerSecond * 60 * TENANTS_PART));
}
