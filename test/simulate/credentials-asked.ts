import * as v from 'valibot';
import { issuanceSchema } from '../../lib/ledger/issuance.ts';
import type { FunctionUrlAnswer } from '../../lib/platform/function-url.ts';
import { tables } from '../support/dynamo-tables.ts';
import type { Ending, Run } from '../support/faulty-world/process.ts';
import { type VendCall, vendIn } from '../support/faulty-world/vending.ts';
import type { FaultyWorld } from '../support/faulty-world/world.ts';
import type { SeededRandom } from './seeded-random.ts';

type Ask = readonly [name: string, call: Omit<VendCall, 'requestId'>];

const good: readonly [Ask, ...Ask[]] = [
  ['acme', {}],
  ['acme', {}],
  ['another account of acme', { detail: { accountIds: ['333333333333'] } }],
  ['acme, with little time left', { functionMs: 20_000 }],
];
const bad: readonly [Ask, ...Ask[]] = [
  ['globex, which it may not', { detail: { tenantId: 'globex', accountIds: ['444444444444'] } }],
  ['a tenant that is not there', { detail: { tenantId: 'nobody' } }],
  ['nobody’s account', { detail: { accountIds: ['777777777777'] } }],
  ['without a reason', { detail: { reason: undefined } }],
  ['for a stranger', { caller: 'arn:aws:sts::111111111111:assumed-role/other/joe' }],
  ['with no time left', { functionMs: 11_000 }],
];

export type AskedCredentials = { readonly name: string; readonly run: Run<FunctionUrlAnswer>; readonly call: VendCall };

/** One call of vend-credentials, now and then one that was made before, as of a client that asks again. */
export async function askForCredentials(
  world: FaultyWorld,
  { random, before }: { readonly random: SeededRandom; readonly before: number },
): Promise<AskedCredentials> {
  const [name, call] = random.pick(random.chance(25) ? bad : good);
  const requestId = `url-request-${random.chance(85) ? before + 1 : 1 + random.below(before + 1)}`;
  return { name: `${name} (${requestId})`, call, run: await vendIn(world, { ...call, requestId }) };
}

/**
 * What must hold of the answers once all has ended. I13: what was given is on record as given, and in nobody else's hands.
 * I4: it is a session of the tenant and the account that were asked for. I7: no other answer has a secret in it.
 */
export async function checkAnswers(world: FaultyWorld, asked: readonly AskedCredentials[]): Promise<readonly string[]> {
  const issuances = await callersIssuances(world);
  const given = new Map<string, number>();
  const broken: string[] = [];
  for (const { call, name, run } of asked) {
    const answer = answerOf(await run.finally);
    const accessKeyId = answer?.statusCode === 200 ? keyIn(answer.body) : undefined;
    if (accessKeyId === undefined) {
      if (answer?.body.includes('canary')) broken.push(`I7: a secret in the answer ${answer.statusCode} to ${name}`);
      continue;
    }
    given.set(accessKeyId, (given.get(accessKeyId) ?? 0) + 1);
    broken.push(...checkGiven({ accessKeyId, call, name }, issuances));
  }
  const twice = [...given].filter(([, times]) => times > 1);
  return [...broken, ...twice.map(([key]) => `I3: ${key} was given out twice`), ...beyond(world, issuances)];
}

type Given = Pick<AskedCredentials, 'name' | 'call'> & { readonly accessKeyId: string };
type Issuances = Awaited<ReturnType<typeof callersIssuances>>;

function checkGiven({ accessKeyId, call, name }: Given, issuances: Issuances): readonly string[] {
  const issuance = issuances.find(({ attempts }) => attempts.some((one) => one.accessKeyId === accessKeyId));
  if (issuance === undefined || !issuance.trail.some(({ type }) => type === 'issued'))
    return [`I13: ${accessKeyId} was given to ${name} and is not on record as issued`];
  const { tenantId = 'acme', accountIds = ['222222222222'] } = call.detail ?? {};
  const own = issuance.tenantId === tenantId && String(accountIds) === issuance.accountId;
  return own ? [] : [`I4: ${name} was given a session of ${issuance.tenantId} in ${issuance.accountId}`];
}

/** One attempt, and neither a data key nor a job: nobody but the caller is to have the session. */
function beyond({ faults }: FaultyWorld, issuances: Issuances): readonly string[] {
  const ids = new Set(issuances.map(({ recordId }) => recordId));
  const strange = faults.calls.filter(({ site, subject }) => FOR_JOBS.has(site) && ids.has(subject));
  const again = issuances.filter(({ attempts }) => attempts.length > 1);
  return [
    ...strange.map(({ site, subject }) => `I6: ${site} for ${subject}, which was a caller's`),
    ...again.map(({ recordId }) => `I3b: ${recordId} was a caller's and was tried again`),
  ];
}

const FOR_JOBS: ReadonlySet<string> = new Set(['kms.dataKey', 'lambda.invoke', 'ledger.claim']);

async function callersIssuances(world: FaultyWorld) {
  const items = await world.store.items(tables.ledgerTable);
  return items.flatMap((item) => {
    const read = v.safeParse(issuanceSchema, item);
    return read.success && read.output.delivery === 'caller' ? [read.output] : [];
  });
}

function answerOf(ending: Ending<FunctionUrlAnswer>): FunctionUrlAnswer | undefined {
  return ending.end === 'done' ? ending.result : undefined;
}

function keyIn(body: string): string {
  return String(JSON.parse(body).AccessKeyId);
}
