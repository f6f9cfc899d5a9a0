import { S3Client } from '@aws-sdk/client-s3';
import type { SigningKey } from '../../lib/audit/questions/audit-api.ts';
import type { ReceiptPage } from '../../lib/audit/receipts/receipt.ts';
import { readPublicKeys } from '../../lib/audit/receipts/verify-key.ts';
import { checkReceipts } from '../../lib/audit/receipts/verify-receipts.ts';
import type { PublicKey } from '../../lib/audit/verification/public-keys.ts';
import { AUDIT_FUNCTION, type AuditClient, auditClientOver } from '../../lib/client/audit-client.ts';
import { makeFunctionUrlClient } from '../../lib/client/function-url-client.ts';
import { canonicalJson } from '../../lib/platform/canonical-json.ts';
import type { ObjectSource } from '../../lib/platform/object-source.ts';
import { makeS3Source } from '../../lib/platform/s3-source.ts';
import type { ClientConnection } from './demo-world.ts';

/** A person with the deployment's policy for auditors, who queries, reads the archive, and can change nothing. */
export type Auditor = {
  readonly client: AuditClient;
  readonly archive: ObjectSource;
  /** The public keys as the deployment publishes them. */
  publicKeys(use: SigningKey['use']): Promise<readonly PublicKey[]>;
  /** A tenant's receipts up to an instant, exported and checked as a customer checks them. Throws if a check fails. */
  receipts(tenantId: string, toMs: number): Promise<readonly ReceiptPage[]>;
};

const DAY_MS = 24 * 60 * 60_000;

export function auditorOf({ connection, prefix, archiveBucket }: Dependencies): Auditor {
  const { endpoint, region, credentials } = connection;
  const url = `${endpoint}/_url/${prefix}-${AUDIT_FUNCTION}`;
  const client = auditClientOver(makeFunctionUrlClient({ url, region, credentials: async () => credentials }));
  const s3 = new S3Client({ ...connection, forcePathStyle: true });
  const publicKeys = async (use: SigningKey['use']) => {
    const { keys } = await client.call('GET /signing-keys');
    const reading = readPublicKeys(keys.flatMap((key) => (key.use === use ? [key.publicKeyPem] : [])).join('\n'));
    if ('problem' in reading) throw new Error(`the key for ${use}: ${reading.problem}`);
    return reading.keys;
  };
  return {
    client,
    archive: makeS3Source({ bucket: archiveBucket, prefix: '' }, { s3 }),
    publicKeys,
    async receipts(tenantId, toMs) {
      const keys = (await publicKeys('receipts')).map(({ key }) => key);
      const checked = await checkReceipts({ bytes: exportOf(tenantId, toMs, client), publicKeys: keys, tenantId });
      if (!checked.holds) throw new Error(`the receipts of ${tenantId} do not hold: ${checked.problem.message}`);
      return checked.pages;
    },
  };
}

type Dependencies = {
  readonly connection: ClientConnection;
  /** The beginning of the names of the deployment. */
  readonly prefix: string;
  readonly archiveBucket: string;
};

/** A file of receipts, as `broker audit receipts` writes it. */
async function* exportOf(tenantId: string, toMs: number, client: AuditClient): AsyncGenerator<Uint8Array, void> {
  let cursor: string | undefined;
  do {
    const range = { from: String(toMs - DAY_MS), to: String(toMs) };
    const query = { ...range, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await client.call('GET /tenants/:tenantId/receipts', { params: { tenantId }, query });
    yield Buffer.from(`${canonicalJson(answer.signed)}\n`, 'utf8');
    cursor = answer.cursor;
  } while (cursor !== undefined);
}
