import type { LockedPackage } from './shipped-packages.ts';

/** `docs/licences.md`: the licence of everything that is shipped. */
export function licenceList(packages: readonly LockedPackage[]): string {
  const byLicence = [...Map.groupBy(packages, ({ license }) => license)].toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const rows = packages
    .map(
      ({ name, version, license, optional }) =>
        `| \`${name}\` | ${version} | ${license} |${optional ? ' optional |' : '  |'}`,
    )
    .filter((row, index, all) => all.indexOf(row) === index);
  return `# Licences

What the functions, the command line and the client are built of, besides this project's own code (Apache-2.0): the direct
dependencies and theirs, as \`package-lock.json\` pins them. Made by \`npm run sbom\`, which also writes the bill of materials
(CycloneDX 1.6, with the SHA-512 of each package) to \`.build/sbom.cdx.json\`.

| licence | packages |
|---|---|
${byLicence.map(([licence, under]) => `| ${licence} | ${new Set(under.map(({ name }) => name)).size} |`).join('\n')}

| package | version | licence | |
|---|---|---|---|
${rows.join('\n')}
`;
}
