import { createHash } from 'node:crypto';
import type { LockedPackage, ShippedPackages } from './shipped-packages.ts';

export type Product = { readonly name: string; readonly version: string; readonly license: string };

/**
 * The bill of materials in the JSON of CycloneDX 1.6. The same packages give the same bytes: the document has no time,
 * and its serial number follows from its contents. Source: https://cyclonedx.org/docs/1.6/json/
 */
export function billOfMaterials(product: Product, { direct, packages }: ShippedPackages) {
  const root = purl(product);
  const refs = new Map(packages.map((shipped) => [shipped.path, purl(shipped)]));
  const refsOf = (paths: readonly string[]) => [...new Set(paths.flatMap((path) => refs.get(path) ?? []))].toSorted();
  // One package may be installed in two places: it is one component.
  const byRef = Map.groupBy(packages, purl);
  const components = [...byRef].map(([ref, places]) => component(ref, places));
  const dependencies = [
    { ref: root, dependsOn: refsOf(direct) },
    ...[...byRef].map(([ref, places]) => ({ ref, dependsOn: refsOf(places.flatMap(({ needs }) => needs)) })),
  ];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([product, components, dependencies]))}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': root,
        name: product.name,
        version: product.version,
        ...licensed(product.license),
        purl: root,
      },
    },
    components,
    dependencies,
  };
}

function component(ref: string, places: readonly LockedPackage[]) {
  const [{ name, version, license, integrity } = { name: '', version: '', license: '', integrity: '' }] = places;
  return {
    type: 'library',
    'bom-ref': ref,
    ...groupAndName(name),
    version,
    scope: places.every(({ optional }) => optional) ? 'optional' : 'required',
    hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }],
    ...licensed(license),
    purl: ref,
  };
}

/** `@aws-sdk/client-sts` has the group `@aws-sdk`. */
function groupAndName(name: string) {
  const [group, rest] = name.split('/');
  return rest === undefined ? { name } : { group, name: rest };
}

/** An SPDX identifier, or an expression of several. */
function licensed(license: string) {
  const isExpression = / (?:AND|OR|WITH) /.test(license);
  return { licenses: [isExpression ? { expression: license } : { license: { id: license } }] };
}

/** Source: https://github.com/package-url/purl-spec, the type npm. */
function purl({ name, version }: Pick<Product, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hexOf(integrity: string): string {
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (base64 === undefined) throw new Error(`${integrity} is no SHA-512`);
  return Buffer.from(base64, 'base64').toString('hex');
}

/** A UUID of version 8, which we make from a hash. Source: RFC 9562, 5.8. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
