import * as v from 'valibot';
import type { Deployable } from './deployable.ts';

/** The facts that decide which code a function runs. */
export type RunningCode = {
  /** The SHA-256 of the function's zip, in base64. */
  readonly sha256: string | undefined;
  readonly handler: string | undefined;
  readonly runtime: string | undefined;
  /** The ARNs of the function's layers: extensions in them run beside the code, and before it. */
  readonly layers: readonly string[];
  /** The names of its environment variables: `NODE_OPTIONS` and `AWS_LAMBDA_EXEC_WRAPPER` make other code run first. */
  readonly variables: readonly string[];
};

/** Asks Lambda which code a function runs; undefined where there is no such function. */
export type CodeOf = (functionName: string) => Promise<RunningCode | undefined>;

const expectedSchema = v.object({
  FunctionName: v.string(),
  Handler: v.optional(v.string()),
  Runtime: v.optional(v.string()),
  Layers: v.optional(v.array(v.unknown()), []),
  Environment: v.optional(v.object({ Variables: v.optional(v.record(v.string(), v.unknown()), {}) }), {}),
});
type Expected = v.InferOutput<typeof expectedSchema>;

/**
 * The functions that run anything but the code of the sources, a sentence each: another zip, or something that makes
 * other code run with it. CloudFormation reports neither: it cannot read the zip, and does not look at a property that
 * the template leaves out.
 */
export async function foreignCode(
  { codeSha256, template }: Pick<Deployable, 'codeSha256' | 'template'>,
  codeOf: CodeOf,
): Promise<readonly string[]> {
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const expected = new Map(functions.map(({ Properties }) => byName(v.parse(expectedSchema, Properties))));
  const found: string[] = [];
  for (const [name, sha256] of codeSha256) {
    const running = await codeOf(name);
    if (running?.sha256 !== sha256) {
      found.push(`${name} runs ${running?.sha256 ?? 'nothing'}; the sources make ${sha256}`);
    }
    if (running !== undefined) found.push(...differences(expected.get(name), running).map((what) => `${name} ${what}`));
  }
  return found;
}

function byName(expected: Expected): readonly [string, Expected] {
  return [expected.FunctionName, expected];
}

function differences(expected: Expected | undefined, running: RunningCode): readonly string[] {
  if (expected === undefined) return [];
  const layers = running.layers.filter((arn) => !expected.Layers.includes(arn));
  const variables = running.variables.filter((name) => !Object.hasOwn(expected.Environment.Variables ?? {}, name));
  return [
    ...(running.handler === expected.Handler ? [] : [`begins with ${running.handler}, not with ${expected.Handler}`]),
    ...(running.runtime === expected.Runtime ? [] : [`runs on ${running.runtime}, not on ${expected.Runtime}`]),
    ...layers.map((arn) => `has the layer ${arn}, which the sources do not give it`),
    ...variables.map((name) => `has the environment variable ${name}, which the sources do not give it`),
  ];
}
