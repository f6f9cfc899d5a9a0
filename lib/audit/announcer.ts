import type { Issuance } from '../ledger/issuance.ts';

/** Which record announced a role session name. */
export type Announcer = { readonly recordId: string; readonly attempt: number };

/** The one record that can have announced this name; undefined for a name that none of ours has. */
export function announcerOf(sessionName: string): Announcer | undefined {
  if (PROBE.test(sessionName)) return { recordId: sessionName, attempt: 1 };
  const [, recordId, attempt] = ATTEMPT.exec(sessionName) ?? [];
  return recordId === undefined ? undefined : { recordId, attempt: Number(attempt) };
}

const PROBE = /^probe_[a-z2-7]{32}$/;
/** As `sessionNameOf` gives it; of attempts there are three at the most. */
const ATTEMPT = /^([a-z0-9-]{1,24}\.[a-z2-7]{32})\.([1-9])$/;

/** The role of an attempt is what its intent says: a later attempt may be into another one. */
export function roleOfAttempt({ trail, roleArn }: Pick<Issuance, 'trail' | 'roleArn'>, attempt: number): string {
  const intent = trail.find((entry) => entry.type === 'intended' && entry.attempt === attempt);
  return intent?.roleArn ?? roleArn ?? '';
}
