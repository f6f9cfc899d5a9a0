import * as v from 'valibot';
import { TRUST_FINDINGS } from '../onboarding/trust/trust-finding.ts';
import { ACCOUNT_ID, ROLE_STATUSES, TENANT_STATUSES, tenantScheduleSchema } from '../tenants/tenant.ts';
import { ROLE_NAME } from './management-route.ts';
import { CONSENT_FILTERS, ONBOARDING_FORMATS } from './management-views.ts';

/** What the bodies and queries of the management API may hold. None of them has a place for an external ID. */
const line = (characters: number) => {
  const expected = `expected 1 to ${characters} characters of one line, none of them invisible`;
  return v.pipe(
    v.string(),
    v.minLength(1, expected),
    v.maxLength(characters, expected),
    // Refuses characters that a terminal or a page would obey instead of showing: line breaks, escapes, marks that
    // reverse the direction of the text.
    v.check((text) => !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text), expected),
  );
};
const notes = v.pipe(
  v.string(),
  v.maxLength(4_096, 'expected at most 4096 characters'),
  v.check((text) => !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text.replaceAll(/[\n\t]/g, '')), 'expected no invisible characters'),
);

const jobNames = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}$/, 'expected the name of a job'))),
  v.maxLength(100, 'expected at most 100 jobs'),
  v.check((names) => new Set(names).size === names.length, 'expected each job once'),
);
const settings = v.record(v.string(), v.unknown());
const format = v.picklist(ONBOARDING_FORMATS);
const reason = line(256);
const accountId = v.pipe(v.string(), v.regex(ACCOUNT_ID, 'expected 12 digits'));
const whole = (least: number, most: number) => {
  const expected = `expected a whole number from ${least} to ${most}`;
  return v.pipe(v.number(), v.safeInteger(expected), v.minValue(least, expected), v.maxValue(most, expected));
};
const page = {
  limit: v.exactOptional(v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/, 'expected a number from 1 to 100'))),
  cursor: v.exactOptional(v.pipe(v.string(), v.maxLength(2_048, 'expected the cursor of an answer'))),
};

export const registrationBody = v.strictObject({
  tenantId: v.string(),
  name: line(128),
  jobs: v.exactOptional(jobNames),
  settings: v.exactOptional(settings),
  format: v.exactOptional(format),
});

export const listQuery = v.strictObject({
  status: v.exactOptional(v.picklist([...TENANT_STATUSES, ...ROLE_STATUSES])),
  finding: v.exactOptional(v.picklist(TRUST_FINDINGS)),
  consent: v.exactOptional(v.picklist(CONSENT_FILTERS)),
  ...page,
});

export const changeBody = v.strictObject({
  version: whole(0, Number.MAX_SAFE_INTEGER),
  name: v.exactOptional(line(128)),
  jobs: v.exactOptional(jobNames),
  settings: v.exactOptional(settings),
  schedule: v.exactOptional(tenantScheduleSchema),
  notes: v.exactOptional(notes),
});

export const reasonBody = v.strictObject({ reason });
export const replayBody = v.strictObject({ untilMs: whole(0, 8_640_000_000_000_000), reason });
export const changesQuery = v.strictObject(page);
export const onboardingQuery = v.strictObject({ format: v.exactOptional(format) });

export const connectionBody = v.strictObject({
  roleArn: v.pipe(v.string(), v.maxLength(2_048, 'expected the ARN of a role')),
  jobs: v.exactOptional(v.pipe(jobNames, v.minLength(1, 'expected at least one job'))),
});

export const verificationBody = v.pipe(
  v.strictObject({
    accountId: v.exactOptional(accountId),
    roleName: v.exactOptional(v.pipe(v.string(), v.regex(ROLE_NAME, 'expected the name of a role'))),
    liftsPause: v.exactOptional(v.boolean('expected true or false')),
  }),
  v.check(({ accountId: named, roleName }) => roleName === undefined || named !== undefined, 'expected accountId too'),
);

export const rotationBody = v.strictObject({
  step: v.picklist(['start', 'finish', 'abandon']),
  deadlineDays: v.exactOptional(whole(1, 90)),
  format: v.exactOptional(format),
});

/** The maximum number of lines in a call: see `POST /imports`. */
const IMPORT_LINES = 100;
export const importBody = v.strictObject({
  importId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1 to 64 of A-Za-z0-9._-')),
  step: v.picklist(['check', 'apply', 'undo']),
  lines: v.pipe(
    v.array(v.strictObject({ line: whole(1, 10_000_000), tenant: v.unknown() })),
    v.minLength(1, 'expected at least one line'),
    v.maxLength(IMPORT_LINES, `expected at most ${IMPORT_LINES} lines`),
  ),
});

export const migrationBody = v.variant('step', [
  v.strictObject({ step: v.literal('start'), format: v.exactOptional(format) }),
  v.strictObject({ step: v.literal('finish') }),
  v.strictObject({
    step: v.literal('keyDeleted'),
    accessKeyId: v.pipe(v.string(), v.regex(/^[A-Z0-9]{16,128}$/, 'expected the id of an access key')),
  }),
]);
