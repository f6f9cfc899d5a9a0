import type { RoleWiring } from '../../../local/template/wiring.ts';
import { narrowingsOf } from '../policy-mutations.ts';
import { isAllowedBy, type PermissionUse } from './permission-use.ts';

/** Permissions of one role that none of the uses needed: without them, each would have been allowed all the same. */
export function unusedPermissions(
  role: Pick<RoleWiring, 'arn' | 'policies'>,
  uses: readonly PermissionUse[],
): string[] {
  const policies = Object.values(role.policies);
  const own = uses.filter(({ roleArn }) => roleArn === role.arn);
  const isNeeded = ({ policies: narrowed, services }: ReturnType<typeof narrowingsOf>[number]) =>
    own.some((use) => services.includes(use.action.split(':')[0] ?? '') && !isAllowedBy(narrowed, use));
  const unused = narrowingsOf(policies).filter((narrowing) => !isNeeded(narrowing));
  const whole = new Set(unused.filter(({ isWhole }) => isWhole).map(({ sid }) => sid));
  // Where nothing needed a statement, that nothing needed its parts goes without saying.
  return unused.filter(({ sid, isWhole }) => isWhole || !whole.has(sid)).map(({ label }) => label);
}
