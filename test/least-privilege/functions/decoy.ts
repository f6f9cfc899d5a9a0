import type { FunctionTable } from '../function-table.ts';
import { actions, dynamodb, ledger, queue, tenantRole, tenants, touches, withId } from '../resources.ts';

/** No function: the role that verify-trust becomes, to find out whose role opens to our whole account. */
export const decoy: FunctionTable = {
  name: 'decoy',
  may: [{ sid: 'AssumeTenantRoles', actions: actions('sts', 'AssumeRole'), resources: [tenantRole], context: withId }],
  mustNot: [
    { because: 'without an external ID it tries none', actions: actions('sts', 'AssumeRole'), resources: [tenantRole] },
    {
      because: 'it marks no session',
      actions: actions('sts', 'TagSession', 'SetSourceIdentity'),
      resources: [tenantRole],
    },
    {
      because: 'it knows nothing',
      actions: dynamodb('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      resources: [tenants, ledger],
      context: touches('acme'),
    },
    { because: 'it asks for nothing', actions: actions('sqs', 'SendMessage'), resources: [queue('requests')] },
  ],
};
