import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { licenceList } from '../../config/sbom/licence-list.ts';
import { shippedPackages } from '../../config/sbom/shipped-packages.ts';
import { root } from './source-files.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const { direct, packages } = shippedPackages(read('package-lock.json'));
/** Each lets its users ship it without conditions on their own code. Another takes a decision, and then its line here. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

describe('what is shipped', () => {
  it('is under licences that put no condition on who ships it', () => {
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.filter(({ license }) => !PERMISSIVE.includes(license))).toEqual([]);
  });

  it('docs/licences.md is what is locked (npm run sbom writes it)', () => {
    expect(readFileSync(path.join(root, 'docs/licences.md'), 'utf8')).toBe(licenceList(packages));
  });

  it('begins with what package.json names', () => {
    const manifest = Object(read('package.json'));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(direct).toEqual(names.map((name) => `node_modules/${name}`).toSorted());
  });
});
