import type { Deployable } from './deployable.ts';

/** Asks Lambda for the SHA-256 of the zip that a function was made of, in base64. */
export type CodeOf = (functionName: string) => Promise<string | undefined>;

/** The functions whose deployed code is not what the sources make, a sentence each. */
export async function foreignCode(
  { codeSha256 }: Pick<Deployable, 'codeSha256'>,
  codeOf: CodeOf,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, expected] of codeSha256) {
    const deployed = await codeOf(name);
    if (deployed !== expected) found.push(`${name} runs ${deployed ?? 'nothing'}; the sources make ${expected}`);
  }
  return found;
}
