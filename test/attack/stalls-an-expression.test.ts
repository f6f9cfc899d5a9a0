import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isSafe } from 'redos-detector';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { expressionsOf } from './expressions-of.ts';

/**
 * T44: an expression that takes for ever on the right text. Whatever may go back over more than a few ways stands here, with
 * what bounds the text that it is given; only lengths that somebody counted before are a bound.
 */
const bounded: Readonly<Record<string, string>> = {
  'lib/requests/principal-pattern.ts /^(?:arn:aws(?:-cn|-us-gov|-eusc)?:iam::\\d{12}:)?(?:role\\/[\\w+=,.@-]+|user\\/(?:[\\w+=,.@-]+\\/)*[\\w+=,.@-]+)\\*?$/':
    'our own configuration, compiled in',
  'lib/platform/deployment-config/schema.ts /^(?:arn:aws(?:-cn|-us-gov|-eusc)?:iam::\\d{12}:)?(?:role|user)\\/(?:[\\w+=,.@-]+\\/)*[\\w+=,.@-]+$/':
    'our own configuration, when it is packaged; a slash divides the steps, so each text has one way',
  'lib/job-runtime/session-revoked.ts /User: arn:aws[a-z-]{0,20}:sts::(\\d{12}):assumed-role\\/[\\w+=,.@-]{1,64}\\/([\\w+=,.@-]{2,64}) /':
    'no more than 64 letters, twice, behind a beginning that is written out, in a message that is cut',
  'lib/platform/deployment-config/hardening.ts /^arn:aws(?:-cn|-us-gov|-eusc)?:iam::(?:\\d{12}|aws):policy\\/(?:[\\w+=,.@-]+\\/)*[\\w+=,.@-]+$/':
    'our own configuration, when it is packaged; a slash divides the steps, so each text has one way',
  'lib/operator-cli/role-address.ts /^arn:aws[a-z-]*:iam::(\\d{12}):role\\/(?:.+\\/)?([^/]+)$/':
    "an operator's own command line; at most one way for each slash",
  'lib/operator-cli/run-cli.ts /\\s*\\n\\s*/': 'messages of yargs about a command line',
  'lib/operator-cli/audit/csv-text.ts /(^|[;|])(\\s*["\']*\\s*[=+\\-@＝＋－＠])/gu':
    'cells: the longest is a reason, 256 letters',
  'lib/operator-cli/audit/sql-problem.ts /\\n+LINE \\d+:/': 'messages of DuckDB about a query of the auditor',
  'lib/operator-cli/audit/sql-problem.ts /\\s*\\n\\s*/g': 'messages of DuckDB about a query of the auditor',
  'lib/onboarding/find-secret.ts /(?<![A-Za-z0-9/+])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])|[A-Za-z0-9/+=]{100}/':
    'no more than a hundred letters from wherever it begins',
  'lib/onboarding/templates/quick-create-link.ts /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\\.)?s3\\.([a-z0-9-]+)$/':
    'a host name of our own configuration',
  'lib/dead-letters/read-job-failure.ts /\\..*$/': 'an issuance id of at most 128 letters, checked by its schema',
  'lib/dead-letters/read-letter.ts /\\..*$/': 'an issuance id of at most 128 letters, checked by its schema',
  'lib/audit/cloudtrail-event.ts /on resource: (arn:aws[a-z-]*:iam::\\d{12}:role\\/[\\w+=,.@/-]{1,576})/':
    'the first 4,096 letters of a message, and 576 behind a beginning that is written out',
  'lib/audit/verification/parse-line.ts /"recordId":"([^"\\\\]{1,256})","recordType"/':
    'no more than 256 letters behind a beginning that is written out',
  'lib/audit/receipts/verify-key.ts /-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g':
    'a file of public keys that whoever verifies names; a hyphen ends each part',
  'lib/audit/log-files/action-names.ts /20\\d{2}_?\\d{2}_?\\d{2}(v\\d+)?$/':
    'names of events, each as long as CloudTrail has them',
};

/** Above it, an expression may go back over more ways than anybody would count. */
const WAYS = 20;

const expressions = globSync(['lib/**/*.ts', 'functions/**/*.ts'], { cwd: projectRoot }).flatMap((file) =>
  expressionsOf(readFileSync(path.join(projectRoot, file), 'utf8')).map(({ source, flags }) => ({
    name: `${file} /${source}/${flags}`,
    pattern: new RegExp(source, flags),
  })),
);

/** Counted in steps and not by the clock: the same on any machine. Case is left out: the tool cannot have it with `u`. */
function isSlow(pattern: RegExp): boolean {
  const flags = pattern.flags.replace('i', '');
  return !isSafe(new RegExp(pattern.source, flags), { maxScore: WAYS, maxSteps: 20_000 }).safe;
}

describe('expressions', () => {
  it('are found in the source: literals, and not divisions, comments or strings', () => {
    expect(expressions.length).toBeGreaterThan(240);
    const text =
      "const a = b / c / d; // /no/\nconst e = '/no/'; const f = /[/]yes\\/(?:x)/gu.test(g / 2);\nreturn /x+/;";
    expect(expressionsOf(text).map(({ source, flags, line }) => [source, flags, line])).toEqual([
      ['[/]yes\\/(?:x)', 'gu', 2],
      ['x+', '', 3],
    ]);
  });

  it('do not go back over many ways, but for those whose text is bounded', () => {
    const slow = expressions.filter(({ pattern }) => isSlow(pattern)).map(({ name }) => name);
    expect([...new Set(slow)].sort()).toEqual(Object.keys(bounded).sort());
  });

  it.each([/^(a+)+$/, /^(?:\w+\s?)*$/])('are told apart from one that stalls: %s', (pattern) => {
    expect(isSlow(pattern)).toBe(true);
  });
});
