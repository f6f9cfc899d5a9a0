import { aTenant, BROKER_ACCOUNT } from '../../support/a-tenant.ts';
import { wireItem } from '../../support/stream-change.ts';

/** What an SDK client hands to its request handler, as far as it is looked at. */
type Sent = { readonly headers: Readonly<Record<string, string>>; readonly path: string; readonly body?: unknown };
type Answered = { readonly response: { statusCode: number; headers: Record<string, string>; body: Uint8Array } };
export type Handler = { handle(request: Sent): Promise<Answered> };

/** One HTTP request, by the signing name of its service and its action. */
export type Told = { readonly service: Service; readonly action: string };
export type Service = 'dynamodb' | 'sts' | 'kms' | 'lambda';

/**
 * AWS as one tenant with one account sees it, every answer made beforehand: so cheap that what is measured is who asks.
 * Every write succeeds; nothing is kept.
 *
 * @param delay of each request before its answer.
 */
export function cannedAws(nowMs: () => number, delay?: (request: Told) => Promise<void>): Handler {
  const { tenant, roles } = aTenant();
  const bodies = {
    tenant: json({ Item: wireItem(tenant) }),
    roles: json({ Items: roles.map(wireItem), Count: roles.length, ScannedCount: roles.length }),
    switches: json({ Responses: { switches: [] }, UnprocessedKeys: {} }),
    counter: json({ Attributes: { counter: { S: 'a-counter' }, inWork: { N: '1' } } }),
    dataKey: json({
      KeyId: `arn:aws:kms:eu-west-1:${BROKER_ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000001`,
      Plaintext: Buffer.alloc(32, 7).toString('base64'),
      CiphertextBlob: Buffer.alloc(184, 9).toString('base64'),
    }),
    nothing: json({}),
  };

  /** By action, of the limits table and of every other one. */
  const rows: ReadonlyMap<string, readonly [limits: Uint8Array, other: Uint8Array]> = new Map([
    ['GetItem', [bodies.nothing, bodies.tenant]],
    ['Query', [bodies.nothing, bodies.roles]],
    ['BatchGetItem', [bodies.nothing, bodies.switches]],
    ['UpdateItem', [bodies.counter, bodies.nothing]],
  ]);

  function bodyOf({ service, action }: Told, text: string): Uint8Array {
    if (service === 'sts') return session(nowMs());
    if (service === 'kms') return bodies.dataKey;
    const [limits, other] = rows.get(action) ?? [bodies.nothing, bodies.nothing];
    return text.includes(':"limits"') ? limits : other;
  }

  return {
    async handle(request) {
      const told = toldOf(request);
      await delay?.(told);
      const text = textOf(request.body);
      const headers = { 'content-type': told.service === 'sts' ? 'text/xml' : 'application/x-amz-json-1.0' };
      const statusCode = told.service === 'lambda' ? 202 : 200;
      return { response: { statusCode, headers, body: bodyOf(told, text) } };
    },
  };
}

export const TABLES = {
  tenantsTable: 'tenants',
  switchesTable: 'switches',
  limitsTable: 'limits',
  ledgerTable: 'ledger',
} as const;

function toldOf({ headers, path }: Sent): Told {
  const [target = '', action = ''] = (headers['x-amz-target'] ?? headers['X-Amz-Target'] ?? '').split('.');
  if (target.startsWith('DynamoDB')) return { service: 'dynamodb', action };
  if (target === 'TrentService') return { service: 'kms', action };
  return path.includes('/invocations')
    ? { service: 'lambda', action: 'Invoke' }
    : { service: 'sts', action: 'AssumeRole' };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** As long as sessions of AWS are. */
const TOKEN = 'FwoGZXIvYXdzE'.padEnd(800, 'A1b2');

function session(nowMs: number): Uint8Array {
  const expiration = new Date(Math.ceil(nowMs / 1_000) * 1_000 + 900_000).toISOString();
  return Buffer.from(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>` +
      `<AssumedRoleId>AROAEXAMPLE:session</AssumedRoleId><Arn>arn:aws:sts::222222222222:assumed-role/scanner/session</Arn>` +
      `</AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE01</AccessKeyId>` +
      `<SecretAccessKey>${'A1b2'.repeat(10)}</SecretAccessKey><SessionToken>${TOKEN}</SessionToken>` +
      `<Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata>` +
      `<RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleResponse>`,
  );
}

const DECODER = new TextDecoder();

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? DECODER.decode(body) : `${body}`;
}
