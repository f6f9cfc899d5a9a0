import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import { externalIdIn } from './rotation.ts';

/** The call to STS with one of its safeties taken out. */
export function otherIdUnannounced(assume: AssumeTenantRole): AssumeTenantRole {
  return async (input) => {
    const first = await assume(input);
    return first.outcome === 'denied' ? assume({ ...input, externalId: externalIdIn('next') }) : first;
  };
}

export function marksUnproven(assume: AssumeTenantRole): AssumeTenantRole {
  return (input) => assume({ ...input, tags: { TenantId: 'acme' } });
}

export function repeatedWhenLost(assume: AssumeTenantRole): AssumeTenantRole {
  return async (input) => {
    const first = await assume(input);
    return first.outcome === 'unknown' ? assume(input) : first;
  };
}

export function policyDropped(client: STSClient): STSClient {
  const send: (command: AssumeRoleCommand) => Promise<unknown> = client.send.bind(client);
  return Object.assign(Object.create(client), {
    async send(command: AssumeRoleCommand) {
      try {
        return await send(command);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'PackedPolicyTooLarge') throw error;
        const { Policy: _policy, ...withoutPolicy } = command.input;
        return send(new AssumeRoleCommand(withoutPolicy));
      }
    },
  });
}
