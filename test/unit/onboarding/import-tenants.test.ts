import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { findSecret } from '../../../lib/onboarding/find-secret.ts';
import { makeTenantImports } from '../../../lib/onboarding/import-tenants.ts';
import { aTenant } from '../../support/a-tenant.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { Crash, crashes } from '../../support/tenant-lifecycle/crashes.ts';
import { inMemoryRegistry } from '../../support/tenant-lifecycle/in-memory-registry.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const keyOf = (name: string) =>
  `AKIA${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .padEnd(16, 'A')
    .slice(0, 16)}`;
const aLine = (tenantId: string, change: object = {}) => ({
  tenantId,
  name: `${tenantId} Ltd`,
  accessKeyIds: [keyOf(tenantId)],
  ...change,
});
const numbered = (...tenants: readonly unknown[]) => tenants.map((tenant, index) => ({ line: index + 2, tenant }));

function world() {
  const registry = inMemoryRegistry(frozenClock());
  const steps = crashes();
  const rules = { jobs: jobCatalogue, partition: 'aws' as const };
  const imports = makeTenantImports({ registry: steps.wrap('registry', registry), rules });
  const importId = 'import-1';
  return {
    registry,
    steps,
    check: (...tenants: readonly unknown[]) => imports.check({ importId, lines: numbered(...tenants) }),
    apply: (...tenants: readonly unknown[]) => imports.apply({ importId, by: 'ops', lines: numbered(...tenants) }),
    undo: (...tenants: readonly unknown[]) => imports.undo({ importId, lines: numbered(...tenants) }),
    ids: () => [...registry.tenants.keys()],
  };
}

const full = {
  ...aLine('acme'),
  jobs: ['scan-account', 'process-logs'],
  settings: { 'process-logs': { bucket: 'acme-trail', prefix: 'AWSLogs/' } },
  schedule: { 'scan-account': { everyHours: 24 } },
  notes: 'since 2019\nask for Jo',
};

/** What stands in a tenant that an operator changed. */
const lastChange = { change: 'tenant.settingsChanged', atMs: 1, by: 'ops' } as const;

describe('a line that is taken in', () => {
  it('becomes a migrating tenant with everything that it says, and without an external ID', async () => {
    const at = world();
    expect(await at.check(full)).toEqual([{ line: 2, tenantId: 'acme' }]);
    expect(at.ids()).toEqual([]);
    expect(await at.apply(full)).toEqual([{ line: 2, tenantId: 'acme' }]);
    const { tenant } = at.registry.tenants.get('acme') ?? aTenant();
    expect(tenant).toMatchObject({
      status: 'migrating',
      name: 'acme Ltd',
      enabledJobs: full.jobs,
      settings: full.settings,
      schedule: full.schedule,
      notes: full.notes,
      legacyAccessKeyIds: full.accessKeyIds,
      importId: 'import-1',
    });
    expect(tenant).not.toHaveProperty('externalIds');
  });

  it('needs no more than an id, a name and a key: it gets the jobs that need no settings', async () => {
    const at = world();
    await at.apply(aLine('acme'));
    expect(at.registry.tenants.get('acme')?.tenant.enabledJobs).toEqual(['scan-account']);
  });
});

describe('a line that is not taken in', () => {
  const cases: readonly { name: string; line: unknown; says: string }[] = [
    { name: 'no object', line: 'acme', says: 'the line' },
    { name: 'null', line: null, says: 'the line' },
    { name: 'no name', line: { ...aLine('acme'), name: undefined }, says: 'name' },
    { name: 'an id that is not exactly one', line: aLine('Acme'), says: 'tenantId' },
    { name: 'an unknown field', line: aLine('acme', { colour: 'red' }), says: '"colour"' },
    { name: 'a field spelt otherwise', line: aLine('acme', { TenantId: 'x' }), says: 'did you mean tenantId?' },
    { name: 'an external ID', line: aLine('acme', { externalId: 'cb-x' }), says: 'external ID' },
    { name: 'external IDs', line: aLine('acme', { external_ids: { current: 'x' } }), says: 'external ID' },
    { name: 'no access key', line: aLine('acme', { accessKeyIds: [] }), says: 'accessKeyIds: expected at least one' },
    { name: 'a temporary key', line: aLine('acme', { accessKeyIds: ['ASIAAAAAAAAAAAAAAAAA'] }), says: 'temporary' },
    { name: 'a short key id', line: aLine('acme', { accessKeyIds: ['AKIA123'] }), says: 'accessKeyIds.0' },
    { name: 'a key twice', line: aLine('acme', { accessKeyIds: [keyOf('a'), keyOf('a')] }), says: 'each once' },
    { name: 'an unknown job', line: aLine('acme', { jobs: ['mine-coins'] }), says: 'no job "mine-coins"' },
    {
      name: 'a job without the settings it needs',
      line: aLine('acme', { jobs: ['process-logs'] }),
      says: 'settings.process-logs',
    },
    {
      name: 'settings that the job does not take',
      line: aLine('acme', { settings: { 'scan-account': { bucketNamePrefixes: ['*'] } } }),
      says: 'settings.scan-account',
    },
    { name: 'settings of an unknown job', line: aLine('acme', { settings: { other: {} } }), says: '"other"' },
    {
      name: 'a schedule of no hours',
      line: aLine('acme', { schedule: { 'scan-account': { everyHours: 0 } } }),
      says: 'everyHours',
    },
    { name: 'notes that turn the text around', line: aLine('acme', { notes: 'a\u202eb' }), says: 'notes' },
    { name: 'a name of two lines', line: aLine('acme', { name: 'a\nb' }), says: 'name' },
    { name: 'a reserved key', line: JSON.parse('{"tenantId":"acme","__proto__":{"a":1}}'), says: '__proto__' },
    { name: 'a bottomless one', line: aLine('acme', { settings: nested(50) }), says: 'deeper than 8 levels' },
  ];
  it.each(cases)('is told by its field: $name', async ({ line, says }) => {
    const at = world();
    const [told] = linesOf(await at.check(line));
    expect(told?.problem).toContain(says);
    expect(told?.problem?.length).toBeLessThan(300);
    expect(await at.apply(aLine('other'), line)).toMatchObject({ refused: 'import.invalid' });
    expect(at.ids()).toEqual([]);
  });

  it('is one whose id or key stands in another line too', async () => {
    const at = world();
    const sameKey = aLine('third', { accessKeyIds: [keyOf('first')] });
    const told = await at.check(aLine('first'), aLine('first', { accessKeyIds: [keyOf('x')] }), sameKey);
    expect(linesOf(told).map(({ problem }) => problem)).toEqual([
      undefined,
      'tenantId first stands in line 2 too',
      `accessKeyId ${keyOf('first')} stands in line 2 too`,
    ]);
    expect(linesOf(told).map(({ tenantId }) => tenantId)).toEqual(['first', 'first', 'third']);
    // The line that was not taken in claims its key all the same.
    const again = aLine('fourth', { accessKeyIds: [keyOf('x')] });
    const [, , fourth] = linesOf(await at.check(aLine('first'), aLine('first', { accessKeyIds: [keyOf('x')] }), again));
    expect(fourth?.problem).toBe(`accessKeyId ${keyOf('x')} stands in line 3 too`);
  });

  it('is one whose tenant is registered already, by hand or by another import', async () => {
    const at = world();
    at.registry.put(aTenant());
    expect(await at.check(full)).toMatchObject([{ problem: 'a tenant with this id is registered already' }]);
    at.registry.put(aTenant({ tenant: { importId: 'import-0' } }));
    expect(await at.check(full)).toMatchObject([{ problem: 'a tenant with this id is registered already' }]);
  });

  it('is one whose tenant has left', async () => {
    const at = world();
    at.registry.put(aTenant({ tenant: { status: 'offboarded' } }));
    expect(await at.check(full)).toMatchObject([{ problem: 'this tenant has left; register it again' }]);
  });

  it('is told, and the others are taken in, when a tenant is registered between the check and the write', async () => {
    const at = world();
    at.steps.onCall = (call) => {
      if (call === 'registry.importTenant') at.registry.put(aTenant());
    };
    const told = linesOf(await at.apply(full, aLine('other')));
    const problem = 'a tenant with this id is registered already';
    expect(told).toEqual([
      { line: 2, tenantId: 'acme', problem },
      { line: 3, tenantId: 'other' },
    ]);
  });

  it('is told by what the registry says where the tenant that came before it is gone again', async () => {
    const at = world();
    at.steps.onCall = (call) => {
      if (call === 'registry.importTenant') at.registry.put(aTenant());
      if (call === 'registry.readTenant') at.registry.tenants.clear();
    };
    expect(await at.apply(full)).toEqual([{ line: 2, tenantId: 'acme', problem: 'there is one' }]);
  });

  it('is named with its line, ten of them at the most', async () => {
    const wrong = (count: number) => Array.from({ length: count }, (_, index) => aLine(`t-${index}`, { name: '' }));
    const named = (count: number) =>
      Array.from(
        { length: count },
        (_, index) =>
          `line ${index + 2}: name: expected 1 to 128 characters of one line, none of them invisible, got ""`,
      ).join('; ');
    const refused = 'import.invalid';
    expect(await world().apply(...wrong(1))).toEqual({ refused, explanation: named(1) });
    expect(await world().apply(...wrong(10))).toEqual({ refused, explanation: named(10) });
    expect(await world().apply(...wrong(12))).toEqual({ refused, explanation: `${named(10)}; and 2 more` });
  });

  it('holds a secret in one of several lines, each of which is named', async () => {
    const lines = [aLine('a1', { notes: SECRET }), aLine('b1'), aLine('c1', { name: SECRET })];
    expect(await world().check(...lines)).toEqual({
      refused: 'import.secretRefused',
      explanation: 'what looks like a secret access key stands in line 2 (notes); line 4 (name)',
    });
  });

  it('ends everything where the registry cannot be used, once the other lines were seen to', async () => {
    const at = world();
    at.steps.onCall = (call, [tenant]) => {
      const isFirst = JSON.stringify(tenant).includes('"first"');
      if (call === 'registry.importTenant' && isFirst) throw new BrokerError('store.busy', 'busy');
    };
    await expect(at.apply(aLine('first'), aLine('second'))).rejects.toMatchObject({ code: 'store.busy' });
    expect(at.ids()).toEqual(['second']);
  });
});

describe('what looks like a secret access key', () => {
  const cases: readonly { name: string; line: unknown; field: string }[] = [
    { name: 'in a field of its own', line: aLine('acme', { secretAccessKey: SECRET }), field: 'secretAccessKey' },
    {
      name: 'in a field of that name, whatever it holds',
      line: aLine('acme', { 'Secret access key': 'x' }),
      field: 'Secret access key',
    },
    { name: 'in a name', line: aLine('acme', { name: SECRET }), field: 'name' },
    {
      name: 'in the notes, among other words',
      line: aLine('acme', { notes: `key: ${SECRET}, rotate` }),
      field: 'notes',
    },
    { name: 'after an equals sign', line: aLine('acme', { notes: `aws_secret=${SECRET}` }), field: 'notes' },
    { name: 'in place of a key id', line: aLine('acme', { accessKeyIds: [SECRET] }), field: 'accessKeyIds' },
    { name: 'deep in the settings', line: aLine('acme', { settings: { a: [{ b: SECRET }] } }), field: 'b' },
    { name: 'as the name of a field', line: { [SECRET]: 1 }, field: 'a field' },
    { name: 'a session token', line: aLine('acme', { notes: 'A'.repeat(300) }), field: 'notes' },
    {
      name: 'the field of a session token',
      line: aLine('acme', { aws_session_token: '' }),
      field: 'aws_session_token',
    },
    { name: 'a line that is nothing else', line: SECRET, field: 'the line' },
  ];
  it.each(cases)('stops everything and is not repeated: $name', async ({ line, field }) => {
    for (const step of ['check', 'apply'] as const) {
      const at = world();
      const told = await at[step](aLine('other'), line);
      expect(told).toMatchObject({
        refused: 'import.secretRefused',
        explanation: expect.stringContaining(`line 3 (${field})`),
      });
      expect(JSON.stringify(told)).not.toContain(SECRET);
      expect(at.ids()).toEqual([]);
    }
  });

  it.each([
    ['a key id', keyOf('acme')],
    ['a path', 'AWSLogs/123456789012/CloudTrail/eu-west-1/2031/05/06/'],
    ['39 letters', SECRET.slice(1)],
    ['41 letters', `${SECRET}a`],
    ['a sentence', 'They have had two keys since 2019, and nobody knows who uses the second one of them.'],
  ])('is not %s', (_name, text) => {
    expect(findSecret(aLine('acme', { notes: text }))).toBeUndefined();
  });

  it('is found wherever it stands in a value, and never told', () => {
    const secret = fc.string({ minLength: 40, maxLength: 40, unit: fc.constantFrom(...'AbZz09/+') });
    const around = fc.constantFrom('', ' ', ', ', '"', '\n', 'é');
    const place = fc.constantFrom(
      (text: string): unknown => ({ a: text }),
      (text: string): unknown => [[text]],
      (text: string): unknown => ({ [text]: 1 }),
      (text: string): unknown => ({ a: [{ b: { c: text } }] }),
    );
    fc.assert(
      fc.property(secret, around, place, (text, sign, put) => {
        const found = findSecret(put(`${sign}${text}${sign}`));
        return found !== undefined && !found.includes(text);
      }),
    );
  });
});

describe('an import that is repeated', () => {
  it('counts what it brought in before, also when that was changed since', async () => {
    const at = world();
    await at.apply(full, aLine('other'));
    const before = at.registry.changes.length;
    expect(await at.apply(full, aLine('other'))).toEqual([
      { line: 2, tenantId: 'acme' },
      { line: 3, tenantId: 'other' },
    ]);
    const { tenant } = at.registry.tenants.get('acme') ?? aTenant();
    at.registry.put({ tenant: { ...tenant, name: 'New', lastChange }, roles: [] });
    expect(await at.check(full)).toEqual([{ line: 2, tenantId: 'acme' }]);
    expect(at.registry.changes).toHaveLength(before);
  });

  it.each<[string, object]>([
    ['name', { name: 'Another' }],
    ['jobs', { jobs: ['process-logs', 'scan-account'] }],
    ['settings', { settings: { 'process-logs': { bucket: 'acme-other', prefix: 'AWSLogs/' } } }],
    ['schedule', { schedule: { 'scan-account': { everyHours: 25 } } }],
    ['notes', { notes: 'none' }],
    ['keys', { accessKeyIds: [keyOf('another')] }],
  ])('is refused when its line says something else now: its %s', async (_, change) => {
    const at = world();
    await at.apply(full);
    const problem = 'this import brought in another tenant with this id; give the file another import id';
    expect(await at.check({ ...full, ...change })).toEqual([{ line: 2, tenantId: 'acme', problem }]);
  });

  it.each(['before', 'after'] as const)('completes what was interrupted %s any of its steps', async (when) => {
    const lines = [full, aLine('bb'), aLine('cc')];
    for (let step = 0; ; step += 1) {
      const at = world();
      at.steps.crashAt(step, when);
      const ended = await at.apply(...lines).catch((error: unknown) => error);
      if (!(ended instanceof Crash)) {
        expect(step).toBeGreaterThan(5);
        return;
      }
      at.steps.restart();
      expect(linesOf(await at.apply(...lines)).every(({ problem }) => problem === undefined)).toBe(true);
      expect(at.registry.changes).toHaveLength(3);
    }
  });
});

describe('an import that is undone', () => {
  it('leaves nothing of what it brought in, and may be undone again', async () => {
    const at = world();
    await at.apply(full, aLine('other'));
    at.registry.put(aTenant({ tenantId: 'bystander' }));
    const told = [
      { line: 2, tenantId: 'acme' },
      { line: 3, tenantId: 'other' },
    ];
    expect(await at.undo(full, aLine('other'))).toEqual(told);
    expect(await at.undo(full, aLine('other'))).toEqual(told);
    expect(at.ids()).toEqual(['bystander']);
  });

  it('leaves a tenant that was changed since, and says so', async () => {
    const at = world();
    await at.apply(full);
    const { tenant } = at.registry.tenants.get('acme') ?? aTenant();
    at.registry.put({ tenant: { ...tenant, lastChange }, roles: [] });
    const problem = 'it was changed since it was imported, and stays';
    expect(await at.undo(full)).toEqual([{ line: 2, tenantId: 'acme', problem }]);
    expect(at.ids()).toEqual(['acme']);
  });

  it('touches no tenant of another import, and no line that names none', async () => {
    const at = world();
    at.registry.put(aTenant({ tenant: { importId: 'import-0' } }));
    expect(await at.undo(full, 'nonsense')).toEqual([{ line: 2, tenantId: 'acme' }, { line: 3 }]);
    expect(at.ids()).toEqual(['acme']);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}

function linesOf(answer: Awaited<ReturnType<ReturnType<typeof world>['check']>>) {
  if ('refused' in answer) throw new Error(`refused: ${answer.explanation}`);
  return answer;
}
