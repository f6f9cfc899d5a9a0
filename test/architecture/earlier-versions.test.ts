import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { archivedChangeSchema } from '../../lib/audit/archive/archived-change.ts';
import { signedDigestSchema } from '../../lib/audit/archive/digests/signed-digest.ts';
import { signedReceiptPageSchema } from '../../lib/audit/receipts/receipt.ts';
import { parseJobPayload } from '../../lib/job-runtime/job-payload.ts';
import { issuanceSchema } from '../../lib/ledger/issuance.ts';
import { requestRecordSchema } from '../../lib/ledger/request-record.ts';
import { probeRecordSchema } from '../../lib/probes/probe-record.ts';
import { parseQueueMessage } from '../../lib/requests/parse-request.ts';
import { envelopeContentSchema } from '../../lib/sealing/envelope.ts';
import { replayWindowSchema } from '../../lib/switches/replay-window.ts';
import { switchSchema } from '../../lib/switches/switches.ts';
import { tenantRoleSchema, tenantSchema } from '../../lib/tenants/tenant.ts';
import { readStoredRole, readStoredTenant } from '../../lib/tenants/tenant-items.ts';
import { schemaShape } from '../support/schema-shape.ts';
import { root } from './source-files.ts';

const folder = 'test/fixtures/versions';
const versions = globSync(`${folder}/*.json`, { cwd: root }).sort();
type Written = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Ledger rows hold bytes, which JSON does not. */
function readWritten(file: string): Written {
  const text = readFileSync(path.join(root, file), 'utf8');
  return JSON.parse(text, (key, value) =>
    key === 'wrappedKey' ? new Uint8Array(Buffer.from(value.bytes, 'base64')) : value,
  );
}

/** How each kind of what is stored or on its way is read; whatever is not read exactly is refused or thrown. */
const READERS: Readonly<Record<string, (written: unknown) => unknown>> = {
  issuances: (row) => v.parse(issuanceSchema, row),
  requests: (row) => v.parse(requestRecordSchema, row),
  probes: (row) => v.parse(probeRecordSchema, row),
  tenants: readStoredTenant,
  roles: readStoredRole,
  switches: (row) => v.parse(switchSchema, row),
  replays: (row) => v.parse(replayWindowSchema, row),
  messages: (body) => {
    const reading = parseQueueMessage(String(body));
    if (!reading.read) throw new Error(reading.refusal.explanation);
    return body;
  },
  payloads: (event) => parseJobPayload(event, 'scan-account'),
  envelopes: (content) => v.parse(envelopeContentSchema, content),
  archived: (change) => v.parse(archivedChangeSchema, change),
};

describe('an upgrade', () => {
  it.each(versions)('reads all that the version of %s wrote or sent, and drops none of it', (file) => {
    const written = readWritten(file);
    expect(Object.keys(written).sort()).toEqual(Object.keys(READERS).sort());
    for (const [kind, samples] of Object.entries(written)) {
      for (const [name, sample] of Object.entries(samples)) {
        expect(READERS[kind]?.(sample), `${kind}: ${name}`).toEqual(sample);
      }
    }
  });

  it('is held against something: every state, every message, every kind of row', () => {
    const written = readWritten(versions[0] ?? '');
    const states = Object.values(written['issuances'] ?? {}).map((row) => v.parse(issuanceSchema, row).state);
    expect(new Set(states).size).toBe(10);
    expect(Object.keys(written['messages'] ?? {})).toHaveLength(7);
    const noticed = Object.assign({ unheardOf: 1 }, written['tenants']?.['plain']);
    expect(() => READERS['tenants']?.(noticed)).toThrow();
  });
});

/** Closed: what one version adds, the version before refuses to read. */
const STORED = {
  tenant: tenantSchema,
  role: tenantRoleSchema,
  request: requestRecordSchema,
  issuance: issuanceSchema,
  probe: probeRecordSchema,
  switch: switchSchema,
  replay: replayWindowSchema,
  envelope: envelopeContentSchema,
  archivedChange: archivedChangeSchema,
  signedDigest: signedDigestSchema,
  receipts: signedReceiptPageSchema,
};

describe('a way back', () => {
  // Rows are read by closed schemas: a version refuses rows with what it does not know, and does nothing for their tenants.
  // Whatever changes here is therefore read one version before it is written, or there is no way back to the version
  // before; docs/deploying.md says which, in its table.
  it('is open as long as what is stored has the shapes of docs/deploying.md’s table (-u when it says so)', async () => {
    const shapes = Object.entries(STORED).map(([name, schema]) => [name, schemaShape(schema)]);
    await expect(
      stringify(Object.fromEntries(shapes), { lineWidth: 0, aliasDuplicateObjects: false }),
    ).toMatchFileSnapshot(path.join(root, folder, 'stored-shapes.yml'));
  });
});
