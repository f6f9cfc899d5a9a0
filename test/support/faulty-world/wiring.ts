import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AssumeTenantRole } from '../../../lib/broker/assume-tenant-role.ts';
import type { InvokeJob } from '../../../lib/broker/invoke-job.ts';
import type { Ledger } from '../../../lib/broker/ledger.ts';
import type { SendCommand } from './memory-tables.ts';
import { externalIdIn } from './rotation.ts';

/** How the world wires the pipeline: as it is deployed, or with one safety taken out, to see that tests notice. */
export type Wiring =
  | 'production'
  | 'noFenceAtIssued'
  | 'claimNotOneShot'
  | 'invokeBeforeRecord'
  | 'otherIdUnannounced'
  | 'marksUnproven';

/** The call to STS, made once more without a word where it was denied, or marked whether or not that was proven. */
export function unsafeAssumption(assume: AssumeTenantRole, wiring: Wiring): AssumeTenantRole {
  if (wiring === 'marksUnproven') return (input) => assume({ ...input, tags: { TenantId: 'acme' } });
  if (wiring !== 'otherIdUnannounced') return assume;
  return async (input) => {
    const first = await assume(input);
    return first.outcome === 'denied' ? assume({ ...input, externalId: externalIdIn('next') }) : first;
  };
}

/** The store with the condition of one write left out. */
export function unsafeStore(send: SendCommand, wiring: Wiring): SendCommand {
  const tickets = new Map<string, object>();

  /** The ticket is found again by whoever asks after the first. */
  async function claimWithoutCondition(input: UpdateCommand['input']): Promise<object> {
    const key = JSON.stringify(input.Key);
    const answer = await send(new UpdateCommand(input));
    if ('Attributes' in answer && isTicketed(answer.Attributes)) tickets.set(key, answer);
    return tickets.get(key) ?? answer;
  }

  return (command) => {
    if (!(command instanceof UpdateCommand)) return send(command);
    const { ConditionExpression: _condition, ...input } = command.input;
    const values = input.ExpressionAttributeValues ?? {};
    if (wiring === 'noFenceAtIssued' && values[':state'] === 'issued') return send(new UpdateCommand(input));
    if (wiring === 'claimNotOneShot' && ':claim' in values) return claimWithoutCondition(input);
    return send(command);
  };
}

function isTicketed(attributes: unknown): boolean {
  return attributes !== null && typeof attributes === 'object' && 'ticket' in attributes;
}

/** Hands the job over first and writes the issue down afterwards. */
export function recordAfterInvoke({ ledger, invokeJob }: { readonly ledger: Ledger; readonly invokeJob: InvokeJob }): {
  readonly ledger: Ledger;
  readonly invokeJob: InvokeJob;
} {
  const postponed = new Map<string, () => Promise<boolean>>();
  return {
    ledger: {
      ...ledger,
      async advance(before, after) {
        if (after.state !== 'issued' || before.state === 'issued') return ledger.advance(before, after);
        postponed.set(after.recordId, () => ledger.advance(before, after));
        return true;
      },
    },
    async invokeJob(invocation) {
      const delivery = await invokeJob(invocation);
      await postponed.get(invocation.context.issuanceId)?.();
      return delivery;
    },
  };
}
