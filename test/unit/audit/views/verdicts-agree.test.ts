import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { announcedByIssuance } from '../../../../lib/audit/correlation/announced-session.ts';
import { judgeSessions } from '../../../../lib/audit/session-verdict.ts';
import type { Issuance } from '../../../../lib/ledger/issuance.ts';
import { released } from '../../../../lib/ledger/issuance-transitions.ts';
import { anIntended, anIssued } from '../../../support/an-issuance.ts';
import { changeOf } from '../../../support/archive-world/archived-life.ts';
import { allowedRecord, foreignCopy } from '../../../support/correlation/cloudtrail-record.ts';
import { roles } from '../../../support/correlation/correlation-world.ts';
import { START_MS } from '../../../support/frozen-clock.ts';
import { aSqlWorld, openWorld, rowsOf, type SqlWorld } from '../../../support/sql-world/sql-world.ts';

const ROLE = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
const OTHER_ROLE = 'arn:aws:iam::222222222222:role/credential-broker/logs';
const NOW_MS = START_MS + 2 * 3_600_000;

/** In which the ledger may hold an attempt. */
const ATTEMPTS = ['issued', 'open', 'handedBack', 'unknown', 'undelivered', 'denied', 'failed'] as const;

function issuanceOf(name: string, attempt: (typeof ATTEMPTS)[number]): Issuance {
  const intended = anIntended(name);
  if (attempt === 'issued') return anIssued(intended);
  const back = { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs: START_MS + 60_000 } as const;
  if (attempt === 'handedBack') return released(intended, back, START_MS + 10);
  return { ...intended, attempts: intended.attempts.map((each) => ({ ...each, outcome: attempt })) };
}

const call = fc.record({
  name: fc.constantFrom('itsOwn', 'itsOwn', 'itsOwn', 'someoneElses'),
  afterMs: fc.constantFrom(-40_000, -2_000, 0, 1_000, 30_000, 75_000, 77_000, 900_000),
  roleArn: fc.constantFrom(ROLE, ROLE, ROLE, OTHER_ROLE),
  key: fc.constantFrom('ASIA1', 'ASIA1', 'ASIA2', 'ASIA3'),
  caller: fc.constantFrom('issue-credentials', 'issue-credentials', 'issue-credentials', 'verify-trust'),
  copies: fc.constantFrom('ours', 'both', 'theirs'),
});
const story = fc.record({ attempt: fc.constantFrom(...ATTEMPTS), calls: fc.array(call, { maxLength: 4 }) });

type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never;

/** What stands in CloudTrail of each story; names and keys are its own. */
function recordsOf({ calls }: Story, index: number, sessionName: string) {
  return calls.flatMap(({ name, afterMs, roleArn, key, caller, copies }, number) => {
    const record = allowedRecord({
      requestId: `sts-${index}-${number}`,
      atMs: START_MS + afterMs,
      roleArn,
      sessionName: name === 'itsOwn' ? sessionName : `stranger-${index}-${number}`,
      accessKeyId: keyOf(key, index, number, name),
      caller,
    });
    const theirs = foreignCopy(record, '222222222222');
    return { ours: [record], both: [record, theirs], theirs: [theirs] }[copies].map((copy) => ({ copy, afterMs }));
  });
}

/** The keys of what STS made are never the same twice, but that of the session that we were given. */
function keyOf(key: string, index: number, number: number, name: string): string {
  return key === 'ASIA1' && name === 'itsOwn' ? `ASIA1x${index}` : `${key}x${index}x${number}`;
}

function withKey(issuance: Issuance, index: number): Issuance {
  const attempts = issuance.attempts.map((attempt) =>
    attempt.accessKeyId === undefined ? attempt : { ...attempt, accessKeyId: `ASIA1x${index}` },
  );
  return { ...issuance, attempts };
}

/** What `judgeSessions` says, in the words of the view. */
function expectedOf(issuance: Issuance, index: number, told: Story): readonly string[] {
  const sessionName = `${issuance.recordId}.1`;
  const records = recordsOf(told, index, sessionName).map(({ copy }) => copy);
  const named = Map.groupBy(records, ({ requestParameters }) => requestParameters.roleSessionName);
  const announced = announcedByIssuance(issuance, 1, { nowMs: NOW_MS, roles });
  const lines = [...named].flatMap(([name, copies]) => {
    const seen = copies.map((copy) => ({
      eventId: copy.eventID,
      stsRequestId: copy.requestID,
      atMs: Date.parse(copy.eventTime),
      roleArn: copy.requestParameters.roleArn,
      accessKeyId: copy.responseElements.credentials.accessKeyId,
      ...('sessionContext' in copy.userIdentity && {
        callerRoleArn: (copy.userIdentity as { sessionContext: { sessionIssuer: { arn: string } } }).sessionContext
          .sessionIssuer.arn,
      }),
    }));
    const { observed } = judgeSessions(name === sessionName ? announced : undefined, seen, NOW_MS);
    // Of a name of nobody's, a copy that does not say who called is of anybody.
    const kept = observed.filter((each) => name === sessionName || each.callerRoleArn !== undefined);
    return kept.map((each) => `${each.verdict} ${'why' in each ? each.why : ''} ${each.accessKeyId}`);
  });
  const { announced: verdict, observed } = judgeSessions(
    announced,
    (named.get(sessionName) ?? []).map((copy) => ({
      eventId: copy.eventID,
      stsRequestId: copy.requestID,
      atMs: Date.parse(copy.eventTime),
      roleArn: copy.requestParameters.roleArn,
      accessKeyId: copy.responseElements.credentials.accessKeyId,
      ...('sessionContext' in copy.userIdentity && {
        callerRoleArn: (copy.userIdentity as { sessionContext: { sessionIssuer: { arn: string } } }).sessionContext
          .sessionIssuer.arn,
      }),
    })),
    NOW_MS,
  );
  const isShown = observed.some((each) => each.verdict !== 'stray');
  const own = verdict === undefined || isShown ? [] : [`${verdict}  ${announced?.accessKeyId ?? ''}`];
  return [...lines, ...own].sort();
}

describe('the verdicts in SQL', () => {
  const worlds: SqlWorld[] = [];
  afterAll(() => {
    for (const world of worlds) world.remove();
  });

  it('are those of judgeSessions, for 400 random stories', async () => {
    const stories = fc.sample(story, { numRuns: 400, seed: 20_310_506 });
    const issuances = stories.map(({ attempt }, index) => withKey(issuanceOf(`story ${index}`, attempt), index));
    const edges = [START_MS - 3_600_000, NOW_MS].map((atMs) => ({
      ...allowedRecord({ requestId: `edge-${atMs}`, atMs, roleArn: ROLE, sessionName: 'x', accessKeyId: 'x' }),
      eventName: 'GetCallerIdentity',
    }));
    const records = issuances.flatMap(({ recordId }, index) =>
      recordsOf(stories[index] ?? { attempt: 'open', calls: [] }, index, `${recordId}.1`).map(({ copy }) => copy),
    );
    const changes = issuances.map(({ ...issuance }, position) => {
      Reflect.deleteProperty(issuance, 'ticket');
      return changeOf(issuance, { position, isNew: true });
    });
    const world = aSqlWorld({
      batches: [{ putAtMs: START_MS, changes }],
      trails: [{ accountId: '111111111111', records: [...edges, ...records] }],
    });
    worlds.push(world);
    const engine = await openWorld(world, { atMs: NOW_MS, stage: 'dev' });
    const rows = await rowsOf(engine, 'SELECT * FROM session_verdicts');
    await engine.close();

    const said = Map.groupBy(rows, ({ session_name: name, record_id: id }) =>
      typeof id === 'string'
        ? id
        : String(name).replace(/^stranger-(\d+)-.*$/, (_, index) => issuances[Number(index)]?.recordId ?? ''),
    );
    const differences = issuances.flatMap((issuance, index) => {
      const found = (said.get(issuance.recordId) ?? [])
        .map(({ verdict, why, access_key_id: key }) => `${verdict} ${why ?? ''} ${key ?? ''}`)
        .sort();
      const expected = expectedOf(issuance, index, stories[index] ?? { attempt: 'open', calls: [] });
      return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ story: stories[index], found, expected }];
    });
    expect(differences).toEqual([]);
    const verdicts = new Set(rows.map(({ verdict, why }) => `${verdict} ${why ?? ''}`));
    expect([...verdicts].sort()).toMatchInlineSnapshot(`
      [
        "awaited ",
        "explained ",
        "matched ",
        "missing ",
        "stray nameUnknown",
        "stray noSessionMade",
        "stray otherCaller",
        "stray otherKey",
        "stray otherRole",
        "stray outsideCall",
        "stray secondSession",
      ]
    `);
  });
});
