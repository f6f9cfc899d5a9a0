import * as v from 'valibot';
import { SqlProblem } from '../audit/views/sql-answer.ts';
import { type AwsJsonDependencies, type AwsJsonService, callAwsJson } from '../platform/aws-json-call.ts';
import { PARTITION_ENDPOINTS } from '../platform/partition-endpoints.ts';
import { errorName } from '../platform/store-error.ts';

/**
 * Calls Athena. Each start of a query carries a token, so that repeating the call does not start a second query.
 * Rejects with a `SqlProblem`, or with the signal's reason.
 */
export type CallAthena = <Answer>(
  action: 'StartQueryExecution' | 'GetQueryExecution' | 'GetQueryResults' | 'StopQueryExecution',
  input: Readonly<Record<string, unknown>>,
  options: { readonly answer: v.GenericSchema<unknown, Answer>; readonly signal?: AbortSignal },
) => Promise<Answer>;

export type AthenaDependencies = AwsJsonDependencies & {
  readonly region: string;
  /** The endpoint of a stack that stands in for AWS. */
  readonly endpoint?: string | undefined;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
};

/** Source: Athena's model in the AWS SDKs: `json` 1.1 with this prefix. */
const TARGET = 'AmazonAthena';
const TIMEOUT_MS = 20_000;
const TRIES = 5;
const PAUSE_MS = 500;

export function makeCallAthena(dependencies: AthenaDependencies): CallAthena {
  const { region, endpoint } = dependencies;
  const url = new URL(endpoint ?? `https://athena.${region}.${dnsSuffixOf(region)}/`);
  const service = { service: 'athena', region, url, target: TARGET };
  return async (action, input, { answer, signal = new AbortController().signal }) => {
    const body = JSON.stringify(input);
    for (let tries = 1; ; tries += 1) {
      const given = await attempt({ service, action, body, signal }, dependencies);
      signal.throwIfAborted();
      if (given.ok) return read(answer, given.text, action);
      if (!given.again || tries >= TRIES) throw given.problem;
      await dependencies.sleep(PAUSE_MS * 2 ** (tries - 1), signal);
      signal.throwIfAborted();
    }
  };
}

/** Athena's hosts end in the same DNS suffix as the hosts of S3. */
function dnsSuffixOf(region: string): string {
  const found = Object.values(PARTITION_ENDPOINTS).find((partition) => partition.region.test(region));
  return (found ?? PARTITION_ENDPOINTS.aws).s3;
}

type Call = {
  readonly service: AwsJsonService;
  readonly action: string;
  readonly body: string;
  readonly signal: AbortSignal;
};
type Attempt =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly again: boolean; readonly problem: SqlProblem };

async function attempt({ service, action, body, signal }: Call, dependencies: AthenaDependencies): Promise<Attempt> {
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await callAwsJson({ action, body, signal: both }, service, dependencies);
    return answer.ok ? { ok: true, text: answer.text } : refused(answer);
  } catch (error) {
    const name = errorName(error);
    // A second try would use the same credentials and fail in the same way.
    if (/Credentials|Token/.test(name)) {
      return { ok: false, again: false, problem: new SqlProblem('refused', messageOf(error), error) };
    }
    const problem = new SqlProblem('engineFailed', `Athena cannot be reached (${name}).`, error);
    return { ok: false, again: true, problem };
  }
}

const errorSchema = v.object({
  __type: v.optional(v.string(), ''),
  message: v.optional(v.string()),
  Message: v.optional(v.string()),
});

function refused({ status, text }: { readonly status: number; readonly text: string }): Attempt {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), errorSchema), text);
  const { __type: type, message, Message } = parsed.success ? parsed.output : { __type: '' };
  const name = type.split('#').at(-1) ?? '';
  const said = `${name === '' ? `status ${status}` : name}: ${message ?? Message ?? 'Athena says no more'}`;
  const again = status >= 500 || /Throttling|TooManyRequests/.test(name);
  return { ok: false, again, problem: new SqlProblem(kindOf(name, status), said) };
}

function kindOf(name: string, status: number): SqlProblem['kind'] {
  if (status === 403 || /AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken|Incomplete/.test(name)) {
    return 'refused';
  }
  return name === 'InvalidRequestException' ? 'queryWrong' : 'engineFailed';
}

function read<Answer>(schema: v.GenericSchema<unknown, Answer>, text: string, action: string): Answer {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (parsed.success) return parsed.output;
  throw new SqlProblem('engineFailed', `Athena's answer to ${action} is not one that it gives.`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
