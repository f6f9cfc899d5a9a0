import { format } from 'node:util';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { logAndCount } from '../../lib/job-runtime/log-and-count.ts';
import { makeTransitionLog } from '../../lib/platform/transition-log.ts';
import { FAULT_KINDS, faultOf } from '../simulate/fault-plan.ts';
import { happyPath, singleFaults } from '../simulate/happy-path.ts';
import { seededRandom } from '../simulate/seeded-random.ts';
import { encodingsOf, everyPrint } from '../support/every-print.ts';
import { type LeakyRun, leakyRun, talkativeError } from './leaky-run.ts';
import { findSecrets, type Places } from './search-for-secrets.ts';

/** T15 and T22: whoever reads all that is left behind looks for a secret key, a session token or an external ID. */
const ERRORS = ['TimeoutError', 'ThrottlingException', 'InternalServerError', 'SyntaxError', 'AccessDenied'];
let sites: readonly string[];
beforeAll(async () => {
  ({ sites } = await happyPath([]));
});
afterEach(() => void vi.restoreAllMocks());

/** Whatever the process prints from now on. */
function captured(): string[] {
  const printed: string[] = [];
  const keep = (chunk: unknown) => printed.push(String(chunk)) > 0;
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(keep);
  for (const method of ['log', 'debug', 'info', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...values) => void keep(format(...values)));
  }
  return printed;
}

/** As the deployed loggers write what was logged. */
function logAsDeployed({ world }: LeakyRun): void {
  const log = makeTransitionLog({ logLevel: 'DEBUG' });
  for (const line of world.log.lines) log.transition(line);
  const observe = logAndCount('scan-account');
  for (const event of world.host.observed) Reflect.apply(observe, undefined, [event, undefined]);
}

async function searched(runs: readonly (() => Promise<LeakyRun>)[]) {
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const run of runs) {
    const printed = captured();
    const left = await run();
    logAsDeployed(left);
    const places: Places = { ...left.places, 'standard output and error': [...printed] };
    vi.restoreAllMocks();
    for (const finding of findSecrets(places, left.secrets)) found.add(finding);
    for (const [place, things] of Object.entries(places)) if (things.length > 0) seen.add(place);
  }
  return { found: [...found], seen };
}

describe('what is left behind', () => {
  it('holds no secret, whichever call breaks and however', async () => {
    const singles = await singleFaults();
    expect(new Set(singles.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    const runs = singles.map(({ at, kind }) => () => {
      const random = seededRandom(1);
      return leakyRun((call, nth, gates) => (nth === at ? faultOf(kind, call, { random, gates }) : undefined));
    });
    const { found, seen } = await searched(runs);
    expect(found).toEqual([]);
    for (const place of [
      'the tables',
      'the archive and its facts',
      'the contexts of keys',
      'the request queue',
      'the invocations of jobs',
      'the log',
      'what jobs observe',
      'answers and errors',
      'standard output and error',
    ]) {
      expect(seen, place).toContain(place);
    }
  });

  it('holds no secret, though every error that is met has all of them inside it', async () => {
    const runs = sites.flatMap((_, at) =>
      ERRORS.map((name) => () => leakyRun((_call, nth) => (nth === at ? { answer: talkativeError(name) } : undefined))),
    );
    expect((await searched(runs)).found).toEqual([]);
  });

  it('holds no secret, though every call breaks so, again and again, up to the dead letters', async () => {
    const runs = ['sts', 'kms', 'ledger', 'switches', 'tenants', 'lambda', 'sqs', 'job'].map(
      (service) => () =>
        leakyRun(({ site }) => (site.startsWith(`${service}.`) ? { answer: talkativeError('Error') } : undefined)),
    );
    expect((await searched(runs)).found).toEqual([]);
  });
});

describe('the search', () => {
  const secret = 'canary/token"+~~??>>0000000000000042==';
  const places = ['the tables', 'the log', 'answers and errors'];
  const encodings = Object.entries(encodingsOf(secret));

  it('knows ten encodings and more, each another one', () => {
    expect(new Set(encodings.map(([, form]) => form)).size).toBe(encodings.length);
    expect(encodings.length).toBeGreaterThanOrEqual(10);
  });

  it.each(encodings)('finds a secret %s, in every place, in texts, rows and bytes', (encoding, form) => {
    for (const place of places) {
      for (const thing of [
        `before ${form} after`,
        { a: [{ b: form }] },
        { [form]: 1 },
        { key: Buffer.from(form, 'latin1') },
      ]) {
        expect(findSecrets({ [place]: [thing] }, [secret])).toContain(`${place}: ${encoding}`);
      }
    }
  });

  it('finds what hides in an error', () => {
    expect(
      findSecrets({ errors: [everyPrint(talkativeError('Error'))] }, ['canary/secret+access=key0123456789abcdef']),
    ).toContain('errors: as it is');
  });
});
