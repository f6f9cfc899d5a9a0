import type { RotationView } from '../../management/management-views.ts';
import { printJson, type Session } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import { sayOnboarding } from './onboarding-answer.ts';
import { rotationCell } from './tenant-text.ts';

const ENDINGS = {
  finished: 'The rotation is finished: every role takes the new external ID alone, and the old one is given up.',
  abandoned: 'The rotation is abandoned: every role takes the old external ID alone, and the next one is given up.',
} as const;

/** Says how far a rotation is, role by role, and what to do next. */
export function sayRotation(session: Session, view: RotationView, done?: 'finished' | 'abandoned'): void {
  if (session.json) {
    printJson(session, view);
    return;
  }
  const { tenantId, rotation, roles, onboarding } = view;
  if (onboarding !== undefined) {
    session.say(
      'The next external ID is made. Both are good until the rotation is finished. Give this to the customer:',
    );
    sayOnboarding(session, onboarding);
    session.say(`When its roles take both: broker tenants verify ${tenantId}`);
    session.say(`When the old one is removed from them: broker tenants rotate-external-id finish ${tenantId}`);
    return;
  }
  if (roles.length > 0) {
    const rows = roles.map(({ accountId, roleName, takes }) => [accountId, roleName, takes]);
    session.print(renderTable(['ACCOUNT', 'ROLE', 'TAKES'], rows, session.style));
  }
  if (rotation === undefined) {
    session.say(done === undefined ? `The external ID of ${tenantId} is not being rotated.` : ENDINGS[done]);
    return;
  }
  const cell = rotationCell(rotation, session.clock.nowMs());
  session.say(`The rotation is ${typeof cell === 'string' ? cell : cell.text}.`);
  session.say(nextStep(view));
}

/**
 * First every role takes the next external ID, then each gives up the old one: no other order keeps the roles usable
 * throughout.
 */
function nextStep({ tenantId, roles }: RotationView): string {
  const shown = (...takes: readonly Takes[]) => roles.filter((role) => takes.includes(role.takes)).length;
  const without = roles.length - shown('both', 'next');
  if (without > 0) {
    return `Not shown to take the next one: ${without} of ${roles.length}. When the customer has added it: broker tenants verify ${tenantId}`;
  }
  const finish = `broker tenants rotate-external-id finish ${tenantId}`;
  const both = shown('both');
  if (both === 0) return `Every role takes the next one alone: ${finish}`;
  return `Every role takes the next one. The customer may remove the old one, which ${both} of ${roles.length} still take; then: ${finish}`;
}

type Takes = RotationView['roles'][number]['takes'];
