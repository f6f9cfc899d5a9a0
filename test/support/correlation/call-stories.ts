import { pointerRecord } from '../../../lib/audit/archive/telling/pointer-record.ts';
import { type Issuance, type IssuanceIn, issuanceIdOf, sessionNameOf } from '../../../lib/ledger/issuance.ts';
import { denied, failed } from '../../../lib/ledger/issuance-endings.ts';
import { type IntentGrounds, nextAttempt, nextCall, openIntended } from '../../../lib/ledger/issuance-intents.ts';
import { issued, leaseExpired } from '../../../lib/ledger/issuance-transitions.ts';
import { derivedId, sha256Hex } from '../../../lib/platform/ids.ts';
import { probeRecordId, requestRecordId } from '../../../lib/platform/table-keys.ts';
import type { ProbeRecord } from '../../../lib/probes/probe-record.ts';
import { allowedRecord, deniedRecord, foreignCopy } from './cloudtrail-record.ts';
import { BROKER_ACCOUNT, roles } from './correlation-world.ts';

/** What happens around one issuance or probe: what the ledger holds from when on, and what CloudTrail writes when. */
export type Story = {
  readonly ledger: { readonly atMs: number; readonly item: object }[];
  readonly calls: { readonly atMs: number; readonly record: object }[];
  /** STS request ids of the calls that are strays. */
  readonly strays: string[];
};
export type Scene = { readonly name: string; readonly accountId: string; readonly atMs: number };

const sha = sha256Hex('policy');
/** What leads to an earlier call is written by the archive, minutes after. */
const ARCHIVED_AFTER_MS = 180_000;

export function roleOf(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
}
const keyOf = (name: string) => `ASIA${sha256Hex(name).slice(0, 16).toUpperCase()}`;
const requestOf = (name: string) => `sts-${name}`;
const grounds = ({ accountId }: Scene): IntentGrounds => ({
  owner: 'owner',
  roleArn: roleOf(accountId),
  tenantVersion: 1,
  roleVersion: 1,
});

function begun(scene: Scene, delivery?: 'caller'): IssuanceIn<'intended'> {
  const { name, accountId, atMs } = scene;
  const requestId = requestRecordId(derivedId([name]));
  const identity = {
    recordId: issuanceIdOf({ requestId, job: 'scan-account', accountId }),
    requestId,
    tenantId: 'acme',
    accountId,
    job: 'scan-account',
    requester: 'scans',
    ...(delivery === undefined ? {} : { delivery }),
  };
  return openIntended(identity, grounds(scene), atMs);
}

function given(intended: IssuanceIn<'intended'>, name: string, atMs: number): IssuanceIn<'issued'> {
  const session = { accessKeyId: keyOf(name), assumedRoleId: 'AROAX', stsRequestId: requestOf(name), issuedAtMs: atMs };
  const times = { expiresAtMs: atMs + 900_000, fenceMs: atMs + 600_000 };
  return issued(intended, { ...session, ...times, policySha256: sha }, atMs);
}

function callBy(
  scene: Scene,
  {
    sessionName,
    name,
    atMs,
    caller = 'issue-credentials',
  }: {
    sessionName: string;
    name: string;
    atMs: number;
    caller?: string;
  },
) {
  const facts = { requestId: requestOf(name), roleArn: roleOf(scene.accountId), accessKeyId: keyOf(name) };
  const record = allowedRecord({ ...facts, sessionName, atMs, caller });
  // Of other accounts' copies our bus gets none, but where an organisation forwards them.
  const copies = caller === 'vend-credentials' ? [{ atMs, record: foreignCopy(record, scene.accountId) }] : [];
  return [{ atMs, record }, ...copies];
}

const put = (atMs: number, item: object) => ({ atMs, item });
const nameOf = ({ recordId }: Issuance, attempt = 1) => sessionNameOf({ issuanceId: recordId, attempt });

function issuedStory(scene: Scene, delivery?: 'caller'): Story {
  const { name, atMs } = scene;
  const intended = begun(scene, delivery);
  const caller = delivery === 'caller' ? 'vend-credentials' : 'issue-credentials';
  return {
    ledger: [put(atMs, intended), put(atMs + 400, given(intended, name, atMs + 400))],
    calls: callBy(scene, { sessionName: nameOf(intended), name, atMs: atMs + 200, caller }),
    strays: [],
  };
}

/** The answer of the first attempt was lost, and the sweeper found out. */
function lost(scene: Scene): { readonly intended: IssuanceIn<'intended'>; readonly lost: IssuanceIn<'intended'> } {
  const intended = begun(scene);
  return { intended, lost: leaseExpired(intended, scene.atMs + 60_000) };
}

function lostStory(scene: Scene, sessionWasMade: boolean): Story {
  const { name, atMs } = scene;
  const { intended, lost: after } = lost(scene);
  const second = nextAttempt(after, grounds(scene), atMs + 90_000);
  const first = callBy(scene, { sessionName: nameOf(intended), name: `${name}-lost`, atMs: atMs + 200 });
  return {
    ledger: [
      put(atMs, intended),
      put(atMs + 60_000, after),
      put(atMs + 90_000, second),
      put(atMs + 90_400, given(second, name, atMs + 90_400)),
    ],
    calls: [
      ...(sessionWasMade ? first : []),
      ...callBy(scene, { sessionName: nameOf(second, 2), name, atMs: atMs + 90_200 }),
    ],
    strays: [],
  };
}

function deniedStory(scene: Scene): Story {
  const { name, atMs, accountId } = scene;
  const intended = begun(scene);
  const ended = denied(intended, { code: 'sts.denied', stsRequestId: requestOf(name), atMs: atMs + 300 });
  const record = deniedRecord({ requestId: requestOf(name), atMs: atMs + 200, roleArn: roleOf(accountId) });
  return { ledger: [put(atMs, intended), put(atMs + 300, ended)], calls: [{ atMs: atMs + 200, record }], strays: [] };
}

/** STS denied it, and that answer was lost. */
function deniedAndLostStory(scene: Scene): Story {
  const { name, atMs, accountId } = scene;
  const { intended, lost: after } = lost(scene);
  const ended = failed(after, { code: 'sts.outcomeUnknown', atMs: atMs + 70_000 });
  const record = deniedRecord({ requestId: requestOf(name), atMs: atMs + 200, roleArn: roleOf(accountId) });
  const ledger = [put(atMs, intended), put(atMs + 60_000, after), put(atMs + 70_000, ended)];
  return { ledger, calls: [{ atMs: atMs + 200, record }], strays: [] };
}

/** The first call of the attempt was throttled, the second made the session. */
function throttledStory(scene: Scene): Story {
  const { name, atMs, accountId } = scene;
  const intended = begun(scene);
  const throttled = requestOf(`${name}-throttled`);
  const called = nextCall(intended, { owner: 'owner', code: 'sts.unavailable', stsRequestId: throttled }, atMs + 1_000);
  const pointer = pointerRecord({ lastStsRequestId: throttled }, { to: intended.recordId, nowMs: atMs });
  const facts = { requestId: throttled, roleArn: roleOf(accountId), namesRole: false, errorCode: 'Throttling' };
  return {
    ledger: [
      put(atMs, intended),
      put(atMs + 1_000, called),
      put(atMs + 1_400, given(called, name, atMs + 1_400)),
      put(atMs + ARCHIVED_AFTER_MS, pointer),
    ],
    calls: [
      { atMs: atMs + 300, record: deniedRecord({ ...facts, atMs: atMs + 300 }) },
      ...callBy(scene, { sessionName: nameOf(called), name, atMs: atMs + 1_200 }),
    ],
    strays: [],
  };
}

function aProbe({ name, accountId, atMs }: Scene, change: Partial<ProbeRecord> = {}): ProbeRecord {
  return {
    recordId: probeRecordId(derivedId(['probe', name])),
    recordType: 'probe',
    tenantId: 'acme',
    accountId,
    roleArn: roleOf(accountId),
    probe: 'rightExternalId',
    by: 'verify-trust',
    recordedAtMs: atMs,
    calledAtMs: atMs,
    day: '2031-05-06',
    outcome: 'open',
    ...change,
  };
}

function acceptedProbeStory(scene: Scene, by: string): Story {
  const { name, atMs } = scene;
  const open = aProbe(scene, { by });
  const answered = { lastAccessKeyId: keyOf(name), lastStsRequestId: requestOf(name), answeredAtMs: atMs + 400 };
  return {
    ledger: [put(atMs, open), put(atMs + 400, { ...open, ...answered, outcome: 'accepted' })],
    calls: callBy(scene, { sessionName: open.recordId, name, atMs: atMs + 200, caller: by }),
    strays: [],
  };
}

function deniedProbeStory(scene: Scene): Story {
  const { name, atMs, accountId } = scene;
  const open = aProbe(scene, { probe: 'decoyRightExternalId', by: 'decoy' });
  const answered = { lastStsRequestId: requestOf(name), answeredAtMs: atMs + 400, code: 'sts.denied' };
  const facts = { requestId: requestOf(name), atMs: atMs + 200, roleArn: roleOf(accountId), caller: 'decoy' };
  return {
    ledger: [put(atMs, open), put(atMs + 400, { ...open, ...answered, outcome: 'denied' })],
    calls: [{ atMs: atMs + 200, record: deniedRecord(facts) }],
    strays: [],
  };
}

/** verify-trust becomes the decoy, in our own account: there is one record only. */
function decoyStory(scene: Scene): Story {
  const { name, atMs } = scene;
  const roleArn = roles.arnOf('decoy');
  const open = aProbe(scene, { probe: 'assumeDecoy', roleArn, accountId: BROKER_ACCOUNT });
  const answered = { lastAccessKeyId: keyOf(name), lastStsRequestId: requestOf(name), answeredAtMs: atMs + 400 };
  const facts = { requestId: requestOf(name), roleArn, accessKeyId: keyOf(name), sessionName: open.recordId };
  const record = allowedRecord({ ...facts, atMs: atMs + 200, caller: 'verify-trust' });
  return {
    ledger: [put(atMs, open), put(atMs + 400, { ...open, ...answered, outcome: 'accepted' })],
    calls: [{ atMs: atMs + 200, record }],
    strays: [],
  };
}

/** What our own functions do, by kind. None of it may be a stray. */
export const OUR_STORIES: Readonly<Record<string, (scene: Scene) => Story>> = {
  issued: (scene) => issuedStory(scene),
  vended: (scene) => issuedStory(scene, 'caller'),
  'lost, and made': (scene) => lostStory(scene, true),
  'lost, and not made': (scene) => lostStory(scene, false),
  denied: deniedStory,
  'denied, and lost': deniedAndLostStory,
  throttled: throttledStory,
  'probe of verify-trust': (scene) => acceptedProbeStory(scene, 'verify-trust'),
  'probe of the broker': (scene) => acceptedProbeStory(scene, 'issue-credentials'),
  'probe of the decoy': deniedProbeStory,
  'the decoy itself': decoyStory,
};

/** A story of ours with a call around the broker in it. */
function withStray(
  story: Story,
  scene: Scene,
  stray: {
    readonly sessionName: string;
    readonly afterMs?: number;
    readonly caller?: string;
    readonly roleArn?: string;
  },
): Story {
  const name = `${scene.name}-stray`;
  const atMs = scene.atMs + (stray.afterMs ?? 1_000);
  const { sessionName, caller = 'issue-credentials', roleArn = roleOf(scene.accountId) } = stray;
  const record = allowedRecord({
    requestId: requestOf(name),
    accessKeyId: keyOf(name),
    sessionName,
    atMs,
    caller,
    roleArn,
  });
  return { ...story, calls: [...story.calls, { atMs, record }], strays: [requestOf(name)] };
}

function withDenial(
  story: Story,
  scene: Scene,
  denial: { readonly caller?: string; readonly namesRole?: boolean },
): Story {
  const requestId = requestOf(`${scene.name}-stray`);
  const atMs = scene.atMs + 1_000;
  const record = deniedRecord({ requestId, atMs, roleArn: roleOf(scene.accountId), ...denial });
  return { ...story, calls: [...story.calls, { atMs, record }], strays: [requestId] };
}

const firstName = (scene: Scene) => nameOf(begun(scene));

/** Calls around the broker, by kind: one in each story. */
export const STRAY_STORIES: Readonly<Record<string, (scene: Scene) => Story>> = {
  'a name that nobody announced': (scene) => withStray(issuedStory(scene), scene, { sessionName: 'scan-2026' }),
  'an attempt that there is not': (scene) =>
    withStray(issuedStory(scene), scene, { sessionName: firstName(scene).replace(/1$/, '2') }),
  'another key under the name': (scene) => withStray(issuedStory(scene), scene, { sessionName: firstName(scene) }),
  'another role under the name': (scene) =>
    withStray(issuedStory(scene), scene, {
      sessionName: firstName(scene),
      roleArn: 'arn:aws:iam::999999999999:role/credential-broker/scanner',
    }),
  'before the intent': (scene) =>
    withStray(lostStory(scene, true), scene, { sessionName: firstName(scene), afterMs: -120_000 }),
  'after the call was over': (scene) =>
    withStray(lostStory(scene, false), scene, { sessionName: firstName(scene), afterMs: 600_000 }),
  'a second session under a lost name': (scene) =>
    withStray(lostStory(scene, true), scene, { sessionName: firstName(scene), afterMs: 5_000 }),
  'a session of a denied attempt': (scene) => withStray(deniedStory(scene), scene, { sessionName: firstName(scene) }),
  'a function that assumes nothing': (scene) =>
    withStray(issuedStory(scene), scene, { sessionName: firstName(scene), caller: 'scan-account' }),
  'another function that assumes': (scene) =>
    withStray(issuedStory(scene), scene, { sessionName: firstName(scene), caller: 'vend-credentials' }),
  'a denied call that nobody recorded': (scene) => withDenial(issuedStory(scene), scene, {}),
  'a denied call without a role': (scene) => withDenial(issuedStory(scene), scene, { namesRole: false }),
  'a denied call of a job': (scene) => withDenial(issuedStory(scene), scene, { caller: 'scan-account' }),
};
