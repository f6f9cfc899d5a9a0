/**
 * `npm run sbom`: writes `.build/sbom.cdx.json`, the bill of materials of what is shipped, and `docs/licences.md`. Its
 * only input is `package-lock.json`; it makes no network call.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { billOfMaterials } from './sbom/bill-of-materials.ts';
import { licenceList } from './sbom/licence-list.ts';
import { shippedPackages } from './sbom/shipped-packages.ts';
import { projectRoot } from './stage-config.ts';

const lockfile: unknown = JSON.parse(await readFile(path.join(projectRoot, 'package-lock.json'), 'utf8'));
const shipped = shippedPackages(lockfile);
const bill = billOfMaterials(manifest, shipped);
const file = path.join(projectRoot, '.build/sbom.cdx.json');
await mkdir(path.dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify(bill, null, 2)}\n`);
await writeFile(path.join(projectRoot, 'docs/licences.md'), licenceList(shipped.packages));
process.stdout.write(`${bill.components.length} packages: .build/sbom.cdx.json, docs/licences.md\n`);
