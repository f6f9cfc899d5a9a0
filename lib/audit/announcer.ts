import type { Issuance } from '../ledger/issuance.ts';

/** The record that announced a role session name, and the attempt it belongs to. */
export type Announcer = { readonly recordId: string; readonly attempt: number };

/** The one record that can have announced this session name; undefined for a name that no record of ours can have. */
export function announcerOf(sessionName: string): Announcer | undefined {
  if (PROBE.test(sessionName)) return { recordId: sessionName, attempt: 1 };
  const [, recordId, attempt] = ATTEMPT.exec(sessionName) ?? [];
  return recordId === undefined ? undefined : { recordId, attempt: Number(attempt) };
}

const PROBE = /^probe_[a-z2-7]{32}$/;
/** The form that `sessionNameOf` gives; an issuance has three attempts at the most. */
const ATTEMPT = /^([a-z0-9-]{1,24}\.[a-z2-7]{32})\.([1-9])$/;

/** The role of an attempt is the one in its intent, because a later attempt may use another role. */
export function roleOfAttempt({ trail, roleArn }: Pick<Issuance, 'trail' | 'roleArn'>, attempt: number): string {
  const intent = trail.find((entry) => entry.type === 'intended' && entry.attempt === attempt);
  return intent?.roleArn ?? roleArn ?? '';
}
