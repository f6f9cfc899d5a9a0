import * as v from 'valibot';
import { PRINCIPAL_PATTERN } from '../../requests/principal-pattern.ts';
import type { SettingText } from './settings.ts';

/** The second person who consents to roles: `hardening.roleConsent`, a part of `hardening.ts`. */
export type RoleConsentSettings = {
  /**
   * Who may consent, in the form of `lib/requests/principal-pattern.ts`; the principal that connected the role never
   * may.
   */
  readonly principals: readonly string[];
};

export const roleConsentSchema = v.strictObject({
  principals: v.pipe(v.array(v.pipe(v.string(), v.regex(PRINCIPAL_PATTERN))), v.minLength(1)),
});

export const roleConsentGuidance = {
  'hardening.roleConsent': {
    expected: 'principals',
    whatToDo: 'Name who may consent to roles, or leave it out to have them used without',
  },
  'hardening.roleConsent.principals': {
    expected: 'a list with at least one principal',
    whatToDo: 'Name who may consent: without anybody no role that is connected could be used',
  },
  'hardening.roleConsent.principals[]': {
    expected: 'role/<name>, user/<name>, or the ARN of an IAM role or user, with at most one * at its end',
    whatToDo: 'Leave out the path of a role: AWS does not show it; for a session name its role',
  },
} as const;

export const roleConsentSettings: Readonly<Record<string, SettingText>> = {
  'hardening.roleConsent.principals': {
    unit: 'IAM principals',
    meaning:
      'Who may consent to roles that somebody else has connected; nothing is issued for a role before. role/<name> and ' +
      'user/<path><name> are of the broker’s own account.',
    whenWrong:
      'Somebody who also connects roles under another role or user: one person is enough again. Nobody who is at work: ' +
      'roles that are connected stay unused.',
    leftOut: 'roles are used once they are proven',
  },
};
