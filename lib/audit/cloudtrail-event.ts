import * as v from 'valibot';

/**
 * The only parts of a CloudTrail record of an AssumeRole that are ever looked at. Everything else is dropped here, at
 * the door: above all the session token, which the record holds in full, and the external ID.
 */
export type AssumeRoleEvent = {
  readonly eventId: string;
  /** The same in both accounts' copies, and the same that STS gave the caller. */
  readonly stsRequestId: string;
  readonly atMs: number;
  readonly region: string;
  readonly recipientAccountId: string;
  readonly callerAccountId: string;
  /** The role whose session called; only the copy of the caller's own account names it. */
  readonly callerRoleArn?: string;
  readonly sourceIpAddress?: string;
  readonly userAgent?: string;
  readonly call:
    | {
        readonly outcome: 'allowed';
        readonly roleArn: string;
        readonly sessionName: string;
        readonly accessKeyId: string;
        readonly assumedRoleId: string;
      }
    /**
     * The record of a denied call does not repeat its parameters; it names the role only where AWS put it in the
     * message.
     */
    | { readonly outcome: 'denied'; readonly errorCode: string; readonly roleArn?: string };
};

export type AssumeRoleReading =
  | { readonly kind: 'assumeRole'; readonly event: AssumeRoleEvent }
  /** A record of another service or another call; the correlation ignores it. */
  | { readonly kind: 'other' }
  /** The record calls itself an AssumeRole but does not have its shape. `eventId` is there when it could be read. */
  | { readonly kind: 'malformed'; readonly problem: string; readonly eventId?: string };

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2_048));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/));
const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
  v.check((stated) => !Number.isNaN(Date.parse(stated))),
);

const namesSchema = v.object({ eventSource: v.literal('sts.amazonaws.com'), eventName: v.literal('AssumeRole') });

const identitySchema = v.object({
  type: text,
  accountId: v.optional(accountId),
  invokedBy: v.optional(v.string()),
  sessionContext: v.optional(v.object({ sessionIssuer: v.optional(v.object({ arn: v.optional(text) })) })),
});

const recordSchema = v.object({
  eventID: text,
  requestID: text,
  eventTime: time,
  awsRegion: text,
  recipientAccountId: v.optional(accountId),
  sourceIPAddress: v.optional(v.string()),
  userAgent: v.optional(v.nullable(v.string())),
  userIdentity: identitySchema,
  errorCode: v.optional(text),
  errorMessage: v.optional(v.nullable(v.string())),
});

const issuedSchema = v.object({
  requestParameters: v.object({ roleArn: text, roleSessionName: text }),
  responseElements: v.object({
    credentials: v.object({ accessKeyId: text }),
    assumedRoleUser: v.object({ assumedRoleId: text }),
  }),
});

/**
 * Reads one record. Pure, and never throws, whatever the record is. Sources: IAM User Guide, "Logging IAM and AWS STS
 * API calls with CloudTrail"; CloudTrail User Guide, "CloudTrail record contents".
 */
export function readAssumeRole(record: unknown): AssumeRoleReading {
  if (!v.is(namesSchema, record)) return { kind: 'other' };
  const common = v.safeParse(recordSchema, record);
  if (!common.success) return malformed(record, dotPath(common.issues[0]));
  const { userIdentity, ...facts } = common.output;
  const callerRoleArn = userIdentity.sessionContext?.sessionIssuer?.arn;
  // A service that assumes a role in its own name uses no credentials of ours.
  if (userIdentity.type === 'AWSService') return { kind: 'other' };
  if (userIdentity.accountId === undefined) {
    return callerRoleArn === undefined ? { kind: 'other' } : malformed(record, 'userIdentity.accountId');
  }
  const call = readCall(record, facts);
  if ('issue' in call) return malformed(record, dotPath(call.issue));
  return {
    kind: 'assumeRole',
    event: {
      eventId: facts.eventID,
      stsRequestId: facts.requestID,
      atMs: Date.parse(facts.eventTime),
      region: facts.awsRegion,
      recipientAccountId: facts.recipientAccountId ?? userIdentity.accountId,
      callerAccountId: userIdentity.accountId,
      ...(callerRoleArn === undefined ? {} : { callerRoleArn }),
      ...(facts.sourceIPAddress === undefined ? {} : { sourceIpAddress: facts.sourceIPAddress }),
      ...(typeof facts.userAgent === 'string' ? { userAgent: facts.userAgent } : {}),
      call,
    },
  };
}

type Facts = Omit<v.InferOutput<typeof recordSchema>, 'userIdentity'>;

function readCall(
  record: unknown,
  { errorCode, errorMessage }: Facts,
): AssumeRoleEvent['call'] | { readonly issue: v.BaseIssue<unknown> } {
  if (errorCode !== undefined) {
    const roleArn = roleIn(errorMessage ?? '');
    return { outcome: 'denied', errorCode, ...(roleArn === undefined ? {} : { roleArn }) };
  }
  const issued = v.safeParse(issuedSchema, record);
  if (!issued.success) return { issue: issued.issues[0] };
  const { requestParameters, responseElements } = issued.output;
  return {
    outcome: 'allowed',
    roleArn: requestParameters.roleArn,
    sessionName: requestParameters.roleSessionName,
    accessKeyId: responseElements.credentials.accessKeyId,
    assumedRoleId: responseElements.assumedRoleUser.assumedRoleId,
  };
}

/** The message reads `… is not authorized to perform: sts:AssumeRole on resource: <arn>`, and more may follow. */
function roleIn(message: string): string | undefined {
  return /on resource: (arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576})/.exec(message.slice(0, 4_096))?.[1];
}

function dotPath(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? 'the top level';
}

function malformed(record: unknown, place: string): AssumeRoleReading {
  const named = v.safeParse(v.object({ eventID: text }), record);
  const problem = `an AssumeRole record has not its shape at ${place}`;
  return { kind: 'malformed', problem, ...(named.success ? { eventId: named.output.eventID } : {}) };
}
