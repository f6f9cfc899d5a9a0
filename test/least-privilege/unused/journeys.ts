/** The journeys that between them use what the functions may do: as few as do. */
export const JOURNEYS: readonly string[] = [
  'test/journey/archive.test.ts',
  'test/journey/audit-commands.test.ts',
  'test/journey/audit-questions.test.ts',
  'test/journey/brakes/breadth.test.ts',
  'test/journey/brakes/strangers.test.ts',
  'test/journey/calls-around-the-broker.test.ts',
  'test/journey/credentials-for-tools.test.ts',
  'test/journey/dead-letters.test.ts',
  'test/journey/failures/broker-dies.test.ts',
  'test/journey/failures/messages-break.test.ts',
  'test/journey/on-demand.test.ts',
  'test/journey/onboarding/settings-and-lists.test.ts',
  'test/journey/onboarding/suspend-resume-offboard.test.ts',
  'test/journey/process-logs.test.ts',
  'test/journey/schedules.test.ts',
  'test/journey/verify-trust.test.ts',
];
