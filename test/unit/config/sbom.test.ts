import { describe, expect, it } from 'vitest';
import { billOfMaterials } from '../../../config/sbom/bill-of-materials.ts';
import { licenceList } from '../../../config/sbom/licence-list.ts';
import { shippedPackages } from '../../../config/sbom/shipped-packages.ts';

const INTEGRITY = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;

function locked(version: string, more: Record<string, unknown> = {}) {
  return { version, license: 'MIT', integrity: INTEGRITY, ...more };
}

function lockfile(packages: Record<string, unknown>, root: Record<string, unknown> = { dependencies: { a: '1.0.0' } }) {
  return { lockfileVersion: 3, packages: { '': { version: '0.1.0', ...root }, ...packages } };
}

const needing = (...names: readonly string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});
const pathsOf = (file: unknown) => shippedPackages(file).packages.map(({ path }) => path);

describe('shippedPackages', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'what is needed by what is needed, and nothing that is there for development',
      lockfile({
        'node_modules/a': locked('1.0.0', needing('@s/b')),
        'node_modules/@s/b': locked('1.0.0', needing('c')),
        'node_modules/c': locked('1.0.0', { ...needing('a'), devDependencies: { dev: '*' } }),
        'node_modules/dev': locked('1.0.0', { dev: true }),
      }),
      ['node_modules/@s/b', 'node_modules/a', 'node_modules/c'],
    ],
    [
      'the package inside before the one around',
      lockfile({
        'node_modules/a': locked('1.0.0', needing('@s/b')),
        'node_modules/@s/b': locked('1.0.0'),
        'node_modules/a/node_modules/@s/b': locked('2.0.0', needing('c')),
        'node_modules/a/node_modules/c': locked('2.0.0'),
        'node_modules/c': locked('1.0.0'),
      }),
      ['node_modules/a', 'node_modules/a/node_modules/@s/b', 'node_modules/a/node_modules/c'],
    ],
  ])('finds %s', (_, file, paths) => {
    expect(pathsOf(file)).toEqual(paths);
  });

  it('tells what is optional from what is needed anyway', () => {
    const root = { dependencies: { a: '*' }, optionalDependencies: { b: '*' } };
    const { direct, packages } = shippedPackages(
      lockfile({ 'node_modules/a': locked('1.0.0'), 'node_modules/b': locked('1.0.0', needing('a')) }, root),
    );
    expect(direct).toEqual(['node_modules/a', 'node_modules/b']);
    expect(packages.map(({ name, optional }) => [name, optional])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a package without a licence', lockfile({ 'node_modules/a': { version: '1', integrity: INTEGRITY } }), 'licence'],
    [
      'a package that is pinned by no content',
      lockfile({ 'node_modules/a': { version: '1', license: 'MIT' } }),
      'content',
    ],
    [
      'a dependency that is not locked',
      lockfile({ 'node_modules/a': locked('1', needing('b')) }),
      'b, which node_modules/a needs',
    ],
  ])('refuses %s', (_, file, text) => {
    expect(() => shippedPackages(file)).toThrow(text);
  });
});

describe('billOfMaterials', () => {
  const product = { name: 'broker', version: '0.1.0', license: 'Apache-2.0' };
  const shipped = shippedPackages(
    lockfile({
      'node_modules/a': locked('1.0.0', needing('@s/b', 'c')),
      'node_modules/a/node_modules/c': locked('1.0.0'),
      'node_modules/@s/b': locked('2.0.0', { ...needing('c'), license: 'MIT OR Apache-2.0' }),
      'node_modules/c': locked('1.0.0'),
    }),
  );

  it('names each package once, with its hash, its licence and what it needs', () => {
    const bill = billOfMaterials(product, shipped);
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(bill.components.map(({ purl }) => purl)).toEqual([
      'pkg:npm/%40s/b@2.0.0',
      'pkg:npm/a@1.0.0',
      'pkg:npm/c@1.0.0',
    ]);
    expect(bill.components[0]).toMatchObject({
      group: '@s',
      name: 'b',
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
    });
    expect(bill.dependencies).toEqual([
      { ref: 'pkg:npm/broker@0.1.0', dependsOn: ['pkg:npm/a@1.0.0'] },
      { ref: 'pkg:npm/%40s/b@2.0.0', dependsOn: ['pkg:npm/c@1.0.0'] },
      { ref: 'pkg:npm/a@1.0.0', dependsOn: ['pkg:npm/%40s/b@2.0.0', 'pkg:npm/c@1.0.0'] },
      { ref: 'pkg:npm/c@1.0.0', dependsOn: [] },
    ]);
  });

  it('has a serial number of what is in it, and no time', () => {
    const [first, again, other] = [product, product, { ...product, version: '0.2.0' }].map((of) =>
      billOfMaterials(of, shipped),
    );
    expect(again).toEqual(first);
    expect(other?.serialNumber).not.toBe(first?.serialNumber);
    expect(first?.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('lists licences by how many are under each', () => {
    expect(licenceList(shipped.packages)).toContain('| MIT | 2 |\n| MIT OR Apache-2.0 | 1 |');
  });
});
