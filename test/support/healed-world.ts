import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import { aRole, aTenant, BROKER_ACCOUNT } from './a-tenant.ts';
import { plainWorld, type World } from './broker-world.ts';

/** A world made so that this message, if it can be read at all, has nothing against it. */
export function healed(body: string): World {
  const { account = BROKER_ACCOUNT, source = 's', time = '2031-05-06T07:08:09Z', detail } = eventIn(body);
  const { tenantId = 'acme', job = 'scan-account', accountIds = ['222222222222'] } = { ...detail };
  const roles = accountIds.map((accountId) => aRole({ tenantId, accountId }));
  return {
    ...plainWorld,
    nowMs: Number.isNaN(Date.parse(time)) ? plainWorld.nowMs : Date.parse(time),
    requesters: [{ name: 'anyone', recognisedBy: { event: { account, source } }, jobs: 'all', tenants: 'all' }],
    jobs: new Map([[job, { ...scanAccountJob, name: job }]]),
    tenants: [aTenant({ tenantId, roles, tenant: { enabledJobs: [job] } })],
  };
}

type EventInBody = {
  readonly account?: string;
  readonly source?: string;
  readonly time?: string;
  readonly detail?: { readonly tenantId?: string; readonly job?: string; readonly accountIds?: readonly string[] };
};

function eventIn(body: string): EventInBody {
  try {
    const event: EventInBody | null = JSON.parse(body);
    const { tenantId = '', accountIds = [] } = { ...event?.detail };
    return typeof tenantId === 'string' && Array.isArray(accountIds) ? (event ?? {}) : {};
  } catch {
    return {};
  }
}
