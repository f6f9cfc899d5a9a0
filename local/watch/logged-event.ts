import * as v from 'valibot';
import type { FunctionLogLine } from '../lambda/log-lines.ts';

const text = v.optional(v.string());

/** The fields of the two kinds of structured lines that report on a request, an issuance or a job's run. */
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
  /** The route of a call to a function URL: `POST /tenants`. */
  route: text,
  state: text,
  code: text,
  explanation: text,
  /** Why the job runtime did not go on. */
  because: text,
  /** The name of the error that a job threw. */
  name: text,
  /** This field and the next two identify a session that CloudTrail shows and nobody announced. */
  sessionName: text,
  accessKeyId: text,
  stsRequestId: text,
  receiveCount: v.optional(v.number()),
  // A metric counts what a log line already reports.
  _aws: v.optional(v.undefined()),
});

/** One event that a function reports: `what` is for example `issuance.issued`. */
export type LoggedEvent = { readonly what: string } & Readonly<
  Omit<v.InferOutput<typeof lineSchema>, 'transition' | 'event' | '_aws'>
>;

/** Reads the event of a function's log line; undefined for everything else that a function writes. */
export function loggedEventIn({ line }: Pick<FunctionLogLine, 'line'>): LoggedEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), lineSchema), line);
  if (!read.success) return undefined;
  const { transition, event, ...facts } = read.output;
  const what = transition ?? event;
  return what === undefined ? undefined : { ...facts, what };
}
