import type { Onboarding } from '../../management/management-views.ts';
import type { Session } from '../session.ts';

/**
 * Prints what the customer needs to standard output as it is, so that it can be sent on or saved. Everything else goes
 * to standard error, including the external ID if the text does not contain it.
 */
export function sayOnboarding(session: Session, { text, externalId, templateUrl }: Onboarding): void {
  session.print(text.endsWith('\n') ? text : `${text}\n`);
  if (templateUrl !== undefined) {
    session.say(
      `The link opens ${templateUrl}: make sure that it is there (npm run publish-template) before you send it.`,
    );
  }
  if (externalId === undefined) return;
  session.say(`External ID: ${externalId}`);
  session.say('It is shown this once and never again: hand it over now. If it is lost, rotate it.');
}
