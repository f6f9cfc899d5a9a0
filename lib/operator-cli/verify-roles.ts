import type { RoleView } from '../management/management-views.ts';
import type { RoleAddress } from './role-address.ts';
import { pause, type Session } from './session.ts';
import { makeProgress } from './terminal/progress.ts';
import { timeLeft } from './terminal/time-words.ts';

type Wanted = {
  readonly tenantId: string;
  readonly address: RoleAddress;
  /** Waits until no role is pending any more. */
  readonly wait: boolean;
  /** Puts paused roles back into use if their probes succeed; the customer has been asked. */
  readonly liftsPause?: boolean;
  /** Left out if something else shows the progress. */
  readonly quiet?: boolean;
};

const BETWEEN_MS = 10_000;
const TICK_MS = 1_000;
/** A refused role is pending for five minutes, but a role whose probes get no answer could be pending for ever. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** Has the roles verified once, or repeatedly until none is pending. Throws `ApiError`, `Interrupted`. */
export async function verifyRoles(session: Session, wanted: Wanted): Promise<readonly RoleView[]> {
  const { client, clock } = session;
  const verify = async () => {
    const { roles } = await client.call('POST /tenants/:tenantId/verification', {
      params: { tenantId: wanted.tenantId },
      body: { ...wanted.address, ...(wanted.liftsPause === true && { liftsPause: true }) },
    });
    return roles;
  };
  const giveUpMs = clock.nowMs() + LONGEST_WAIT_MS;
  let roles = await verify();
  while (wanted.wait && roles.some(({ status }) => status === 'pending') && clock.nowMs() < giveUpMs) {
    await showAndWait(session, { roles, quiet: wanted.quiet === true });
    roles = await verify();
  }
  return roles;
}

type Pending = { readonly roles: readonly RoleView[]; readonly quiet: boolean };

async function showAndWait(session: Session, { roles, quiet }: Pending): Promise<void> {
  const { clock } = session;
  const progress = quiet ? undefined : makeProgress(session);
  const nextMs = clock.nowMs() + BETWEEN_MS;
  try {
    while (clock.nowMs() < nextMs) {
      progress?.show(pendingLine(roles, { nowMs: clock.nowMs(), nextMs }));
      await pause(session, Math.min(TICK_MS, nextMs - clock.nowMs()));
    }
  } finally {
    progress?.end();
  }
}

function pendingLine(
  roles: readonly RoleView[],
  { nowMs, nextMs }: { readonly nowMs: number; readonly nextMs: number },
): string {
  const pending = roles.filter(({ status }) => status === 'pending');
  const untilMs = Math.max(...pending.map(({ pendingUntilMs = 0 }) => pendingUntilMs));
  const known = untilMs > nowMs ? `; ${timeLeft(untilMs - nowMs)} left` : '';
  return `${pending.length} of ${roles.length} pending${known}; next check in ${timeLeft(nextMs - nowMs)}`;
}
