import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import type { RequestRecord } from '../../../lib/ledger/request-record.ts';
import { readLedger } from '../../../local/demo/read-outcome.ts';
import type { Stack } from '../../../local/stack.ts';
import { awsAs, type Ran } from '../outside-clients/outside-clients.ts';
import { stackForClients } from '../outside-clients/stack-for-clients.ts';
import { type BrokerCli, brokerAs } from './broker-cli.ts';
import { type Given, makeRole } from './customer-roles.ts';

const PREFIX = 'credential-broker-local';

export type Asked = { readonly request: RequestRecord; readonly issuances: readonly Issuance[] };
type Aws = (...args: readonly string[]) => Promise<Ran>;

/** A stack with everybody who takes part in onboarding, each in a process of its own. */
export type Journey = {
  readonly stack: () => Stack;
  /** The operator's command line. */
  readonly broker: BrokerCli;
  /** The same with `--json`, parsed. Fails where the exit code is another. */
  readonly json: (exitCode: number, ...args: readonly string[]) => Promise<ReturnType<typeof JSON.parse>>;
  /** The AWS CLI of the customer whose account it is. */
  readonly customer: (accountId: string) => Aws;
  /** Registers a tenant with the job scan-account, has its customer make a role, and connects that. */
  onboard(wanted: Wanted): Promise<Given>;
  /** Puts a request for scan-account on the bus, without waiting for what comes of it. Gives the id of the event. */
  put(tenantId: string): Promise<string>;
  /** Puts a request on the bus, waits until nothing goes on any more, and reads what is on record. */
  ask(tenantId: string): Promise<Asked>;
  recordOf(eventId: string): Promise<Asked>;
};

export type Wanted = { readonly tenantId: string; readonly accountId: string; readonly name: string };

export function journey(): Journey {
  const stack = stackForClients();
  const configFile = () => stack().awsConfigFile;
  const aws = awsAs(configFile);
  const broker = brokerAs(configFile);
  const customer =
    (accountId: string): Aws =>
    (...args) =>
      aws(`customer-${accountId}`, ...args);

  async function json(exitCode: number, ...args: readonly string[]) {
    const ran = await broker(...args, '--json');
    expect([ran.exitCode, ran.stderr]).toEqual([exitCode, exitCode === 3 ? expect.any(String) : '']);
    return JSON.parse(ran.stdout);
  }

  async function put(tenantId: string): Promise<string> {
    const Detail = JSON.stringify({ version: 1, tenantId, job: 'scan-account' });
    const entry = { EventBusName: PREFIX, Source: 'com.example.scans', DetailType: 'RunJob', Detail };
    const { stdout } = await aws('scan-scheduler', 'events', 'put-events', '--entries', JSON.stringify([entry]));
    return JSON.parse(stdout).Entries[0].EventId;
  }

  async function recordOf(eventId: string): Promise<Asked> {
    const { requests, issuances } = await readLedger(operatorsTables(stack()), `${PREFIX}-ledger`);
    const request = requests.find(({ origin }) => origin.eventId === eventId);
    if (request === undefined) throw new Error(`nothing is on record of the event ${eventId}`);
    return { request, issuances: issuances.filter(({ requestId }) => requestId === request.recordId) };
  }

  return {
    stack,
    broker,
    json,
    customer,
    put,
    recordOf,
    async onboard({ tenantId, accountId, name }) {
      const added = ['tenants', 'add', tenantId, '--name', 'A customer', '--jobs', 'scan-account'];
      const { stdout } = await broker(...added, '--format', 'json');
      const given: Given = JSON.parse(stdout);
      await makeRole(customer(accountId), { name, given });
      const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/${name}`;
      const connected = await json(0, 'tenants', 'connect', tenantId, '--role-arn', roleArn);
      expect(connected).toEqual([{ tenantId, accountId, status: 'trusted', findings: [] }]);
      return given;
    },
    async ask(tenantId) {
      const eventId = await put(tenantId);
      await stack().idle();
      return recordOf(eventId);
    },
  };
}

function operatorsTables({ endpoint, accounts, home }: Stack): DynamoDBDocumentClient {
  const operator = accounts.principals.find(({ profile }) => profile === 'operator');
  if (operator === undefined) throw new Error('the accounts file has no operator');
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: home.region, credentials: operator }));
}

/** The lines of an error: its code, what happened, what to do. */
export function errorLines({ stderr }: Ran): readonly string[] {
  return stderr.trimEnd().split('\n');
}
