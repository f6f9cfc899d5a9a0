import * as v from 'valibot';
import type { FunctionLogLine } from '../lambda/log-lines.ts';

const text = v.optional(v.string());

/** The fields of the two kinds of structured lines that tell of a request, an issuance or a job's run. */
const lineSchema = v.object({
  timestamp: text,
  // The brokering functions log a `transition`, the job runtime an `event`.
  transition: text,
  event: text,
  requestId: text,
  issuanceId: text,
  messageId: text,
  attempt: v.optional(v.number()),
  tenantId: text,
  accountId: text,
  job: text,
  requester: text,
  /** Of a call of a function URL: `POST /tenants`. */
  route: text,
  state: text,
  code: text,
  explanation: text,
  /** Why the job runtime did not go on. */
  because: text,
  /** Of the error that a job threw. */
  name: text,
  /** Of a session that CloudTrail shows and nobody announced: all by which it is known. */
  sessionName: text,
  accessKeyId: text,
  stsRequestId: text,
  receiveCount: v.optional(v.number()),
  // A metric counts what a log line tells.
  _aws: v.optional(v.undefined()),
});

/** One thing that a function says has happened: `what` is for example `issuance.issued`. */
export type LoggedEvent = { readonly what: string } & Readonly<
  Omit<v.InferOutput<typeof lineSchema>, 'transition' | 'event' | '_aws'>
>;

/** Reads what a function's log line tells; everything else that a function writes tells nothing. */
export function loggedEventIn({ line }: Pick<FunctionLogLine, 'line'>): LoggedEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), lineSchema), line);
  if (!read.success) return undefined;
  const { transition, event, ...facts } = read.output;
  const what = transition ?? event;
  return what === undefined ? undefined : { ...facts, what };
}
