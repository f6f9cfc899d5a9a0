import type * as v from 'valibot';
import { type Guidance, guidance } from './guidance.ts';
import type { ConfigProblem } from './problem.ts';

/** Describes a value that the schema refused: its path, what was found there, what is expected and what to do. */
export function describeProblem(problem: v.BaseIssue<unknown>): ConfigProblem {
  const keys = (problem.path ?? []).map(({ key }) => key);
  const path = pathOf(keys) || 'the file';
  if (problem.type === 'strict_object' && problem.expected === 'never') return describeUnknownKey(path, keys.at(-1));
  const { expected, whatToDo } = guidanceFor(keys);
  return {
    code: problem.input === undefined ? 'config.settingMissing' : 'config.valueInvalid',
    path,
    what: `${foundText(problem)}; expected ${expected}`,
    whatToDo: `${whatToDo}.`,
  };
}

/** Writes a path as text: `['requesters', 0, 'name']` is `requesters[0].name`. */
export function pathOf(keys: readonly unknown[]): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function describeUnknownKey(path: string, key: unknown): ConfigProblem {
  const settings = [...guidance.keys()].map((known) => known.split('.').at(-1) ?? '');
  const meant = settings.find((known) => known !== '' && known.toLowerCase() === String(key).toLowerCase());
  const whatToDo =
    meant === undefined ? 'Remove it or correct its spelling.' : `Did you mean ${meant}, or is it misplaced?`;
  return { code: 'config.settingUnknown', path, what: 'is not a setting; expected only documented ones', whatToDo };
}

function foundText({ input }: v.BaseIssue<unknown>): string {
  if (input === undefined) return 'is missing';
  return input === null ? 'is empty' : `is ${JSON.stringify(input)?.slice(0, 64) ?? typeof input}`;
}

/** The guidance of the setting, or of the nearest enclosing one that has any. */
function guidanceFor(keys: readonly unknown[]): Guidance {
  const names = keys.map((key) => (typeof key === 'number' ? '[]' : String(key)));
  for (let length = names.length; length >= 0; length -= 1) {
    const found = guidance.get(names.slice(0, length).join('.').replaceAll('.[]', '[]'));
    if (found !== undefined) return found;
  }
  return { expected: 'a documented setting', whatToDo: 'See the comments of config/dev.yml' };
}
