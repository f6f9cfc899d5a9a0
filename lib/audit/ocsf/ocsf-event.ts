/**
 * The envelope of an event in the Open Cybersecurity Schema Framework. Sources: schema.ocsf.io/1.4.0, classes Authentication
 * (3002) and API Activity (6003), their base event, the objects that they name, and the profile `cloud`.
 */
const OCSF_VERSION = '1.4.0';

/** The numbers of both classes; `other` is an activity that the schema has no word for. */
const CLASSES = {
  authentication: { class_uid: 3002, class_name: 'Authentication', ...category(3, 'Identity & Access Management') },
  apiActivity: { class_uid: 6003, class_name: 'API Activity', ...category(6, 'Application Activity') },
} as const;
const ACTIVITIES = {
  logon: { of: 'authentication', activity_id: 1, activity_name: 'Logon' },
  create: { of: 'apiActivity', activity_id: 1, activity_name: 'Create' },
  assumeRole: { of: 'apiActivity', activity_id: 99, activity_name: 'AssumeRole' },
} as const;
const SEVERITIES = { informational: 1, low: 2, medium: 3, high: 4 } as const;
const STATUSES = { success: [1, 'Success'], failure: [2, 'Failure'], unknown: [0, 'Unknown'] } as const;

/** The numbers of `observable.type_id`. */
const OBSERVABLES = { ipAddress: 2, resourceUid: 10, credentialUid: 19, userUid: 31, accountUid: 35 } as const;

export type OcsfEvent = Readonly<Record<string, unknown>>;
export type OcsfStatus = keyof typeof STATUSES;

export type OcsfFacts = {
  readonly activity: keyof typeof ACTIVITIES;
  readonly severity: keyof typeof SEVERITIES;
  readonly status: OcsfStatus;
  /** A stable code of ours or of AWS. */
  readonly statusCode?: string | undefined;
  readonly statusDetail?: string | undefined;
  readonly timeMs: number;
  readonly message: string;
  /** The id of this event: no two events have the same one. */
  readonly uid: string;
  /** The id of the record from which the event is made: all events of one record have it. */
  readonly correlationUid?: string | undefined;
  readonly eventCode: string;
  readonly log: 'ledger' | 'cloudtrail';
  readonly loggedTimeMs: number;
  readonly tenantId?: string | undefined;
  readonly accountId?: string | undefined;
  /** The attributes of the class itself: user, session, actor, api, endpoints. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly observables: readonly Observable[];
  /** Facts that the schema has no place for. */
  readonly unmapped: Readonly<Record<string, unknown>>;
};

export type Observable = {
  /** The path of the value in the event. */
  readonly name: string;
  readonly kind: keyof typeof OBSERVABLES;
  readonly value: string | undefined;
};

/**
 * The event, with every attribute that the schema requires of its class and without the attributes that are unknown.
 */
export function ocsfEvent(facts: OcsfFacts): OcsfEvent {
  const { of, activity_id, activity_name } = ACTIVITIES[facts.activity];
  const kind = CLASSES[of];
  const severityId = SEVERITIES[facts.severity];
  const [statusId, status] = STATUSES[facts.status];
  return known({
    activity_id,
    activity_name,
    ...kind,
    type_uid: kind.class_uid * 100 + activity_id,
    type_name: `${kind.class_name}: ${activity_id === 99 ? 'Other' : activity_name}`,
    severity_id: severityId,
    severity: `${facts.severity.charAt(0).toUpperCase()}${facts.severity.slice(1)}`,
    status_id: statusId,
    status,
    status_code: facts.statusCode,
    status_detail: facts.statusDetail,
    time: facts.timeMs,
    message: facts.message,
    metadata: metadataOf(facts),
    cloud: known({ provider: 'AWS', account: accountOf(facts.accountId) }),
    ...facts.attributes,
    observables: observablesOf(facts.observables),
    unmapped: known(facts.unmapped),
  });
}

/** `type_id` 10 means an AWS account. */
export function accountOf(accountId: string | undefined) {
  return accountId === undefined ? undefined : { uid: accountId, type_id: 10, type: 'AWS Account' };
}

/** The same members without those that are undefined. */
export function known(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

function category<Uid extends number>(uid: Uid, name: string) {
  return { category_uid: uid, category_name: name } as const;
}

function metadataOf(facts: OcsfFacts) {
  return known({
    version: OCSF_VERSION,
    profiles: ['cloud'],
    product: { name: 'credential-broker', vendor_name: 'credential-broker', feature: { name: 'audit' } },
    uid: facts.uid,
    correlation_uid: facts.correlationUid,
    event_code: facts.eventCode,
    log_name: facts.log,
    logged_time: facts.loggedTimeMs,
    tenant_uid: facts.tenantId,
  });
}

function observablesOf(observables: readonly Observable[]) {
  const found = observables.flatMap(({ name, kind, value }) =>
    value === undefined ? [] : [{ name, type_id: OBSERVABLES[kind], value }],
  );
  return found.length === 0 ? undefined : found;
}
