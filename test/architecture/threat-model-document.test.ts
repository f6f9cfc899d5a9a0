import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Threat } from '../attack/threats/threat.ts';
import { threatGroups, threats } from '../attack/threats/threats.ts';
import { pathsIn } from './document-tables.ts';
import { root } from './source-files.ts';

const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

describe('docs/threat-model.md', () => {
  it('is the list of threats (vitest run test/architecture/threat-model-document.test.ts -u writes it)', async () => {
    await expect(threatModel()).toMatchFileSnapshot(path.join(root, 'docs/threat-model.md'));
  });

  it.each(threats)('$id ($priority), $title: is shown by a test that runs, and fits its row', (threat) => {
    expect(threat.files.filter((file) => file.endsWith('.test.ts'))).not.toEqual([]);
    expect([threat.title, threat.control, threat.open].join('')).not.toMatch(/[|\n]/);
  });
});

describe('the documents of what is promised', () => {
  it.each(['docs/threat-model.md', 'docs/guarantees.md'])('%s names files that exist', (name) => {
    const named = pathsIn(read(name));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((one) => !existsSync(path.join(root, one)))).toEqual([]);
  });

  it.each(['docs/threat-model.md', 'docs/guarantees.md'])('docs/architecture.md leads to %s', (name) => {
    expect(read('docs/architecture.md')).toContain(`(${path.basename(name)})`);
  });
});

function threatModel(): string {
  return `# Threat model

What somebody, or bad luck, might do to the broker; what stands against it; and the tests that try it. This page is made from
\`test/attack/threats\`: every threat is there once, every file that is named exists, and every P0 has an attack of its own that
runs with \`npm test\`. What is promised in the end, and what cannot be, stands in [guarantees.md](guarantees.md).

**What is worth having:** sessions in tenants' accounts; the broker's roles, which reach every tenant; the registry of
tenants; the ledger, its archive and the keys that sign it; the keys of envelopes; that anything is issued at all; the way
from source to deployment.

**Who may be against us:** a hostile tenant; a hostile or stolen requester; a stolen job; somebody inside; somebody outside
who knows a role's ARN and its external ID; a package; and bad luck, which loses answers, stops clocks and delivers twice.

**Where they get at it:** the bus and the request queue; onboarding, the function URLs and the command line; the tables; a
job's payload and its claim; dead letters, replays and redrives; what CloudTrail sends; logs; the deployment.

P0 blocks a release, P1 the first stable one, P2 comes soon after. Where something is still to be shown, the row says *open*.
${threatGroups.map(({ title, threats: group }) => `\n## ${title}\n\n${table(group)}`).join('')}
The ten to look at first, by damage and by how often others fell to them: T1, T5, T9, T15 with T16, T7, T6, T24, T21, T35, T32.
`;
}

function table(group: readonly Threat[]): string {
  const rows = group.map(({ id, priority, title, control, files, open }) => {
    const answer = open === undefined ? control : `${control}. *Open: ${open}*`;
    return `| ${id} | ${priority} | ${title} | ${answer} | ${files.map((file) => `\`${file}\``).join(', ')} |\n`;
  });
  return `| id | priority | threat | control | shown by |\n|---|---|---|---|---|\n${rows.join('')}`;
}
