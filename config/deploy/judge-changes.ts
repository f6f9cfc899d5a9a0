import type { ResourceChange } from './cloudformation.ts';
import type { Pin, Pins } from './pinned-resources.ts';
import { consequenceOf } from './replacing-properties.ts';

export type Judgement = {
  /** Changes that must not be deployed, a sentence each. */
  readonly refusals: readonly string[];
  /** Changes that CloudFormation decides during the update; if one replaces, the stack policy has it rolled back. */
  readonly warnings: readonly string[];
};

/**
 * Compares the changes that CloudFormation announces with the pins. `letGo` are logical ids that may leave the stack,
 * as long as the resources are kept then.
 */
export function judgeChanges(changes: readonly ResourceChange[], pins: Pins, letGo: readonly string[]): Judgement {
  const found = changes.flatMap((change) => {
    const pin = pins[change.logicalId];
    return pin === undefined || mayGo(change, pin, letGo) ? [] : judge(change, pin);
  });
  const textsOf = (kind: Verdict['kind']) => found.filter((one) => one.kind === kind).map(({ text }) => text);
  return { refusals: textsOf('refusal'), warnings: textsOf('warning') };
}

type Verdict = { readonly kind: 'refusal' | 'warning'; readonly text: string };

function judge(change: ResourceChange, pin: Pin): readonly Verdict[] {
  const { logicalId, physicalId, action, replacement, properties } = change;
  const named = `${logicalId} (${pin.type}${physicalId === undefined ? '' : ` ${physicalId}`})`;
  const because = properties.length === 0 ? '' : ` because of ${properties.join(', ')}`;
  const refusal = (text: string) => [{ kind: 'refusal', text: `${text}. ${consequenceOf(logicalId, pin)}` }] as const;
  if (action === 'Remove') return refusal(`${named} would be removed${deleted(change, pin)}`);
  if (replacement === 'True') return refusal(`${named} would be replaced${because}`);
  if (!mayReplace(change)) return [];
  return [{ kind: 'warning', text: `${named} might be replaced${because}: the stack policy forbids it` }];
}

function deleted({ policyAction = 'Retain' }: ResourceChange, { kept }: Pin): string {
  return kept && policyAction !== 'Retain' ? ', and not kept: what is deployed does not say so' : '';
}

/**
 * A resource that comes with a setting leaves with it. Whether any other is kept when it leaves is decided by the
 * template that is deployed, and not by the new one.
 */
function mayGo(change: ResourceChange, { kept, withHardening }: Pin, letGo: readonly string[]): boolean {
  const { action, logicalId, policyAction = 'Retain' } = change;
  if (action === 'Remove' && withHardening) return true;
  return action === 'Remove' && kept && policyAction === 'Retain' && letGo.includes(logicalId);
}

function mayReplace({ action, replacement }: ResourceChange): boolean {
  return action === 'Dynamic' || (action === 'Modify' && replacement === 'Conditional');
}
