import { readFileSync } from 'node:fs';
import type { TenantSchedule } from '../tenants/tenant.ts';
import { usageError } from './command-error.ts';

const STANDARD_INPUT = 0;

/** Reads the values of options that are more than a text. Throws `cli.usage` for a value that is wrong. */

/** Reads `a,b` as a list, without empty items. An empty text is an empty list. */
export function listOf(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const items = text === '' ? [] : text.split(',').map((item) => item.trim());
  if (items.includes('')) throw usageError(`--${option} has an empty name in it: ${text}`, 'Write it as a,b,c.');
  return items;
}

/** Reads a JSON object from a file. */
export function jsonObjectIn(option: string, file: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (file === undefined) return undefined;
  const read = parseJson(option, textIn(option, file));
  if (read === null || typeof read !== 'object' || Array.isArray(read)) {
    throw usageError(`--${option}: ${file} holds no JSON object.`, 'Write {"<job>": {…}} into it.');
  }
  return { ...read };
}

/** Reads any JSON from a file; `-` is standard input. */
export function jsonValueIn(option: string, file: string | undefined): unknown {
  return file === undefined ? undefined : parseJson(option, textIn(option, file));
}

/** Reads a text from a file; `-` is standard input. */
export function textIn(option: string, file: string): string {
  try {
    return readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');
  } catch (error) {
    throw unreadable(option, file, error);
  }
}

export function unreadable(option: string, file: string, error: unknown) {
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return usageError(`--${option}: ${file} cannot be read (${why}).`, 'Give the path of a file that you may read.');
}

function parseJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`--${option}: the file is not JSON.`, 'Correct the file; nothing was sent.');
  }
}

const SETTING = /^([a-z0-9-]{1,64})=(?:(\d{1,4})(h|d)|(paused)|(always))$/;

/**
 * Reads `scan-account=24h`, `=7d`, `=paused` or `=always`, each of which changes one job of the existing schedule;
 * `always` makes the job run at every tick again.
 */
export function changeSchedule(
  schedule: TenantSchedule | undefined,
  changes: readonly string[] | undefined,
): TenantSchedule | undefined {
  if (changes === undefined || changes.length === 0) return undefined;
  return changes.reduce<TenantSchedule>((before, change) => {
    const [, job, count, unit, paused] = SETTING.exec(change) ?? [];
    if (job === undefined) {
      throw usageError(
        `--schedule takes <job>=24h, =7d, =paused or =always, not ${change}`,
        'For example: --schedule scan-account=24h',
      );
    }
    const { [job]: _, ...others } = before;
    if (count !== undefined) return { ...others, [job]: { everyHours: Number(count) * (unit === 'd' ? 24 : 1) } };
    return paused === undefined ? others : { ...others, [job]: { paused: true } };
  }, schedule ?? {});
}
