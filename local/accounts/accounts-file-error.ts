import type * as v from 'valibot';

/** The `--accounts` file cannot be used. The message names every place, what was expected there and what to do. */
export class AccountsFileError extends Error {
  readonly problems: readonly string[];
  constructor(fileName: string, problems: readonly string[]) {
    super([`${fileName} cannot be used as accounts file:`, ...problems.map((problem) => `- ${problem}`)].join('\n'));
    this.name = 'AccountsFileError';
    this.problems = problems;
  }
}

/** One line for an issue. The value itself is not shown, because it may be a secret. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const place = placeOf(issue.path ?? []);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return `${place}: is not known here; remove it or check its spelling`;
  }
  if (issue.input === undefined) return `${place}: is missing; add it`;
  if (issue.type === 'strict_object') return `${place}: expected an object in braces, found ${kindOf(issue.input)}`;
  return `${place}: expected ${issue.message}, found ${kindOf(issue.input)}; correct it`;
}

/** `accounts[2].buckets[0].region`; keys that are no plain names are quoted. */
function placeOf(path: readonly v.IssuePathItem[]): string {
  const place = path.map(({ key }) => {
    if (typeof key === 'number') return `[${key}]`;
    return typeof key === 'string' && /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  return place.join('').replace(/^\./, '') || 'the document';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return `a ${typeof value}`;
  return `a text of ${value.length} ${value.length === 1 ? 'character' : 'characters'}`;
}
