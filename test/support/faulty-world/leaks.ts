import { formsOf } from '../every-print.ts';
import type { Invocation } from './fake-lambda.ts';

/** I7: which of the secrets stand in what was written down, in any of the forms in which one might hide. */
export function leaksIn(written: unknown, secrets: readonly string[]): readonly string[] {
  const text = textsIn(written).join('\n');
  return secrets
    .filter((secret) => formsOf(secret).some((form) => text.includes(form)))
    .map((secret) => `I7: ${secret} stands where it must not`);
}

/** What the job's function was given, but for the one part that is encrypted. */
export function unsealed({ functionName, payload: { sealed: _sealed, ...payload } }: Invocation): object {
  return { functionName, payload };
}

/** Every key and every value, as it is: written as JSON, a quote in a secret would hide it. */
function textsIn(value: unknown): readonly string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (value === null || typeof value !== 'object') return [String(value)];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsIn(member)]);
}
