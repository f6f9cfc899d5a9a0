import { issuanceIdOf } from '../../lib/ledger/issuance.ts';
import type { DemoWorld } from './demo-world.ts';
import { scanForSecrets } from './leak-scan.ts';
import type { Narrator } from './narrator.ts';
import { type NewCustomer, onboard } from './onboard.ts';
import { readLedger } from './read-outcome.ts';
import { tryStolenCredentials } from './stolen-credentials.ts';
import { tellAudit } from './tell-audit.ts';
import { tellRequest } from './tell-request.ts';

const SCHEDULER = { profile: 'scan-scheduler', source: 'com.example.scans' } as const;
const LOG_PIPELINE = { profile: 'log-pipeline', source: 'com.example.logs' } as const;

const CUSTOMERS = [
  { tenantId: 'acme', name: 'Acme Corp', accountIds: ['222222222222', '222222222223'] },
  {
    tenantId: 'globex',
    name: 'Globex',
    accountIds: ['333333333333'],
    enabledJobs: ['scan-account', 'process-logs'],
    settings: {
      'process-logs': { bucket: 'globex-load-balancer-logs', prefix: 'AWSLogs/333333333333/CloudTrail/' },
    },
  },
  { tenantId: 'initech', name: 'Initech', accountIds: ['444444444444'] },
  { tenantId: 'umbrella', name: 'Umbrella', accountIds: ['555555555555'] },
] as const satisfies readonly NewCustomer[];

/** The whole story, told as it happens. Every step goes through the running stack; nothing here is made up. */
export async function tellStory(world: DemoWorld, narrator: Narrator): Promise<void> {
  await customersComeIn(world, narrator);
  await oneEventTwoAccounts(world, narrator);
  await logsAreCounted(world, narrator);
  await notBound(world, narrator);
  await unknownTenant(world, narrator);
  await changedExternalId(world, narrator);
  const accessKeyId = await jobDies(world, narrator);
  await nothingSecretAtRest(world, narrator);
  await tellAudit({ accessKeyId, tenantIds: CUSTOMERS.map(({ tenantId }) => tenantId) }, world, narrator);
}

async function customersComeIn(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('Customers come in');
  narrator.aside(
    'Each gets an external ID from us, makes a role in its own account through the IAM API, and is probed: the role',
  );
  narrator.aside(
    'must open to us with that ID, and stay shut with a random one, with one of our form that is nobody’s, and with',
  );
  narrator.aside('none. Only then is it trusted.');
  for (const customer of CUSTOMERS) {
    const roles = await onboard(customer, world);
    for (const role of roles) {
      const found = role.findings.map(({ code }) => code).join(', ') || 'nothing was found against it';
      const line = `${customer.tenantId.padEnd(9)} ${role.roleArn}   ${found}`;
      if (role.status === 'trusted') narrator.good(role.status, line);
      else narrator.bad(role.status, line);
    }
  }
}

async function oneEventTwoAccounts(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('One event, two accounts, delivered twice');
  narrator.aside(
    'A scheduled scan names a tenant and a job, and no account: it means all of them. The queue may deliver a',
  );
  narrator.aside('message more than once; the second copy finds what the first one recorded.');
  const copies = deliverTwice(world);
  const eventId = await ask(world, SCHEDULER, { tenantId: 'acme', job: 'scan-account', reason: 'weekly scan' });
  narrator.fact('delivered', `${copies()} copies of the same message reached the broker`);
  await tell(world, narrator, eventId);
}

async function logsAreCounted(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('Another job: a pipeline has the logs of its tenant counted');
  narrator.aside(
    'The settings of the tenant name a bucket and a prefix; the session may list and read there and nothing else.',
  );
  narrator.aside('One of the files was cut off when it was written: what could be read of it counts, and it is named.');
  await tell(world, narrator, await ask(world, LOG_PIPELINE, { tenantId: 'globex', job: 'process-logs' }));
}

async function notBound(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('A requester names a tenant that it is not bound to');
  narrator.aside('Who asks is decided by what AWS stamps on the event, and config says what they may ask for.');
  const before = world.assumeRoleCalls().length;
  await tell(world, narrator, await ask(world, LOG_PIPELINE, { tenantId: 'acme', job: 'scan-account' }));
  narrator.good('STS', `${world.assumeRoleCalls().length - before} calls were made for it`);
}

async function unknownTenant(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('A tenant that does not exist');
  const before = world.assumeRoleCalls().length;
  await tell(world, narrator, await ask(world, SCHEDULER, { tenantId: 'hooli', job: 'scan-account' }));
  narrator.good('STS', `${world.assumeRoleCalls().length - before} calls were made for it`);
}

async function changedExternalId(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('A customer changes the external ID in its trust policy');
  narrator.aside('The role was trusted; now it asks for another ID. STS says no, and the record says so.');
  await world.customer('444444444444').changeExternalId('changed-by-the-customer');
  await tell(world, narrator, await ask(world, SCHEDULER, { tenantId: 'initech', job: 'scan-account' }));
}

/** Returns the access key that was stolen. */
async function jobDies(world: DemoWorld, narrator: Narrator): Promise<string> {
  narrator.scene('A job dies after it has opened its envelope');
  narrator.aside(
    'It is killed at its first call to S3. Nobody can tell how far it came, so it is not run again by itself.',
  );
  const killed = killAtFirstCall(world, '555555555555');
  const eventId = await ask(world, SCHEDULER, { tenantId: 'umbrella', job: 'scan-account' });
  narrator.fact('killed', `${killed()} invocation, in the middle of its work`);
  const { requests } = await readLedger(world.dynamo, world.tables.ledger);
  const requestId = requests.find((request) => request.origin.eventId === eventId)?.recordId ?? '';
  const issuanceId = issuanceIdOf({ requestId, job: 'scan-account', accountId: '555555555555' });
  await tell(world, narrator, eventId);
  return tryStolenCredentials(issuanceId, world, narrator);
}

async function nothingSecretAtRest(world: DemoWorld, narrator: Narrator): Promise<void> {
  narrator.scene('What lies around');
  narrator.aside(
    'Every table, queue, log line and object of the archive is searched for the secret keys and session tokens of',
  );
  narrator.aside(
    'every session that STS gave out, and all but the tenants for the external IDs: plain, in base64 and in hex.',
  );
  const found = await scanForSecrets(world);
  for (const place of found.places)
    narrator.fact('searched', `${place.name}: ${place.items} items, ${place.bytes} bytes`);
  const line = `${found.hits} hits for ${found.secrets} secrets`;
  if (found.hits === 0) narrator.good('found', line);
  else narrator.bad('found', line);
}

async function ask(
  world: DemoWorld,
  { profile, source }: { readonly profile: string; readonly source: string },
  detail: object,
): Promise<string> {
  const eventId = await world.ask(profile, { source, detail: { version: 1, ...detail } });
  await world.stack.idle();
  return eventId;
}

async function tell(world: DemoWorld, narrator: Narrator, eventId: string): Promise<void> {
  tellRequest(eventId, await readLedger(world.dynamo, world.tables.ledger), narrator);
}

/** Makes the queue hold a second copy of the next message, as a standard queue may at any time. */
function deliverTwice({ stack, requestQueue }: DemoWorld): () => number {
  let copies = 0;
  const stop = stack.queues.onMessage(requestQueue, () => {
    const message = stack.queues.snapshot().find(({ queueName }) => queueName === requestQueue);
    if (message === undefined) return;
    copies += 1;
    if (copies > 1) return stop();
    stack.queues.send(requestQueue, message.body);
  });
  return () => copies;
}

/** Kills the function's worker when the job makes its first call inside this account. */
function killAtFirstCall({ stack }: DemoWorld, accountId: string): () => number {
  let kills = 0;
  const stop = stack.onCall(({ service, call }) => {
    if (service !== 's3' || call.caller.accountId !== accountId) return;
    stop();
    kills += stack.functions.kill('credential-broker-local-scan-account');
  });
  return () => kills;
}
