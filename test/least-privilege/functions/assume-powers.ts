import type { Power, Refusal } from '../function-table.ts';
import { actions, tenantRole, withId } from '../resources.ts';

/** Those who enter tenants' accounts for jobs and people have these in common. */
export const assumePowers: readonly Power[] = [
  { sid: 'AssumeTenantRoles', actions: actions('sts', 'AssumeRole'), resources: [tenantRole], context: withId },
  { sid: 'MarkTenantSessions', actions: actions('sts', 'TagSession', 'SetSourceIdentity'), resources: [tenantRole] },
];

export const assumeRefusals: readonly Refusal[] = [
  {
    because: 'without an external ID no role is tried',
    actions: actions('sts', 'AssumeRole'),
    resources: [tenantRole],
  },
  {
    because: 'what is marked is a tenant’s session',
    actions: actions('sts', 'TagSession', 'SetSourceIdentity'),
    resources: [tenantRole.replace('credential-broker/audit', 'admin')],
  },
];
