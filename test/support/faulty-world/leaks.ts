import * as v from 'valibot';
import { formsOf } from '../every-print.ts';
import type { Invocation } from './fake-lambda.ts';

/** I7: which of the secrets stand in what was written down, in any of the forms in which one might hide. */
export function leaksIn(written: unknown, secrets: readonly string[]): readonly string[] {
  const text = JSON.stringify(written, (_key, value: unknown) => plain(value));
  return secrets
    .filter((secret) => formsOf(secret).some((form) => text.includes(form)))
    .map((secret) => `I7: ${secret} stands where it must not`);
}

/** What the job's function was given, but for the one part that is encrypted. */
export function unsealed({ functionName, payload: { sealed: _sealed, ...payload } }: Invocation): object {
  return { functionName, payload };
}

const bytes = v.object({ type: v.literal('Buffer'), data: v.array(v.number()) });

/** Bytes as the text they might be: as JSON they would hide whatever they say. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  const read = v.safeParse(bytes, value);
  return read.success ? Buffer.from(read.output.data).toString('latin1') : value;
}
