import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../support/runbooks.ts';
import { root } from './source-files.ts';

const documents = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('{docs,docs/decisions,test/*,test/fixtures/*}/*.md', { cwd: root }),
];
const LINK = /\[(?:[^\]]|\](?!\())*?\]\(([^)\s]+)\)/g;

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
/** Without blocks of code, in which brackets mean something else, and headings are comments. */
const prose = (file: string) => read(file).replaceAll(/^ *```.*?^ *```$/gms, '');

function anchorsOf(file: string): ReadonlySet<string> {
  const headings = [...prose(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  return new Set(headings);
}

/** The links of a document within the project that lead nowhere. */
function brokenLinks(file: string): readonly string[] {
  const targets = [...prose(file).matchAll(LINK)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [place = '', anchor] = target.split('#');
    const found = place === '' ? file : path.join(path.dirname(file), place);
    if (!existsSync(path.join(root, found))) return true;
    return anchor !== undefined && found.endsWith('.md') && !anchorsOf(found).has(anchor);
  });
}

describe('the links of the documents', () => {
  it.each(documents)('%s: each leads to a file and a heading that there are', (file) => {
    expect(brokenLinks(file)).toEqual([]);
  });

  it('are found, and told apart from those that lead nowhere', () => {
    const links = [...prose('README.md').matchAll(LINK)];
    expect(links.length).toBeGreaterThan(30);
    expect(anchorsOf('docs/operations.md').has('first-deployment')).toBe(true);
    expect(anchorsOf('docs/operations.md').has('last-deployment')).toBe(false);
  });

  it('lead from the README to every page of docs', () => {
    const pages = globSync('docs/*.md', { cwd: root }).filter((page) => page !== 'docs/licences.md');
    expect(pages.filter((page) => !read('README.md').includes(`](${page}`))).toEqual([]);
  });
});
