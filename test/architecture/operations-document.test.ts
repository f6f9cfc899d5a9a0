import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RUNBOOKS } from '../../config/alarms/runbook.ts';
import { packageStage } from '../../config/package/package-stage.ts';
import { NEEDS_AWS, readRunbooks } from '../support/runbooks.ts';
import { root } from './source-files.ts';

type Resource = { readonly Properties: { readonly AlarmName?: string; readonly AlarmDescription?: string } };

const document = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
const runbooks = readRunbooks(document).slice(1);

/** The alarms of the page's first table, by the section that each row leads to. */
const signsOf = new Map(
  [...document.matchAll(/^\| (.+) \| \[.+\]\(#([a-z-]+)\) \|$/gm)].map(([, signs = '', anchor = '']) => [
    anchor,
    [...signs.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  ]),
);

function matches(sign: string, name: string): boolean {
  return sign.startsWith('*') ? name.endsWith(sign.slice(1)) : sign === name;
}

function leadsTo(name: string, anchor: string): boolean {
  const all = [...signsOf].flatMap(([to, signs]) => signs.map((sign) => ({ to, sign })));
  const exact = all.filter(({ sign }) => sign === name);
  const found = exact.length > 0 ? exact : all.filter(({ sign }) => matches(sign, name));
  return found.length === 1 && found[0]?.to === anchor;
}

describe('docs/operations.md', () => {
  it('leads from each alarm to the section that the alarm names, and from no other', async () => {
    const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
    const { Resources }: { Resources: Record<string, Resource> } = JSON.parse(readFileSync(templatePath, 'utf8'));
    const named = Object.values(Resources).flatMap(({ Properties: { AlarmName, AlarmDescription } }) => {
      const [, anchor = ''] = /operations\.md#([a-z-]+)/.exec(AlarmDescription ?? '') ?? [];
      return AlarmName === undefined ? [] : [[AlarmName.replace('credential-broker-local-', ''), anchor] as const];
    });
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(([name, anchor]) => !leadsTo(name, anchor))).toEqual([]);
    const signs = [...signsOf.values()].flat();
    const unused = signs.filter((sign) => !named.some(([name]) => matches(sign, name)));
    expect(unused).toEqual([]);
  });

  it('has the runbooks that alarms and other pages link to', () => {
    expect(runbooks.map(({ anchor }) => anchor)).toEqual([...RUNBOOKS]);
    expect([...signsOf.keys()]).toEqual([...RUNBOOKS]);
  });

  it.each(runbooks.map((runbook) => [runbook.anchor, runbook] as const))(
    '%s says when, what to do, how one knows, and what it cannot do, and its check can be run',
    (_anchor, { text, blocks }) => {
      const said = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map((match) => match[1]);
      expect(said.filter((part) => !/^(Some rows|The whole table)$/.test(part ?? ''))).toEqual([
        'When',
        'What to do',
        'How you know that it worked',
        'What it cannot do',
      ]);
      expect(blocks.filter(({ isCheck, needsAws }) => isCheck && !needsAws)).toHaveLength(1);
    },
  );

  it('marks every block that asks AWS for what the embedded stack has not', () => {
    const embedded = /^(?:aws (?:kms describe-key|sts|events put-events)\b)/;
    const unmarked = runbooks.flatMap(({ blocks }) =>
      blocks
        .filter(({ text }) => !text.startsWith(NEEDS_AWS))
        .flatMap(({ text }) => text.split('\n').filter((line) => /^aws /.test(line) && !embedded.test(line))),
    );
    expect(unmarked).toEqual([]);
  });
});
