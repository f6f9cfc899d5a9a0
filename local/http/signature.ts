import { timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { StackClock } from '../clock.ts';
import type { Caller } from '../iam/caller.ts';
import { parseAuthorizationHeader, type SignatureClaim } from './authorization-header.ts';
import { NodeSha256 } from './node-sha256.ts';
import type { SignatureRefusal, SignatureRefusalReason } from './signature-refusal.ts';
import { checkPayload } from './signed-payload.ts';
import type { WireRequest } from './wire.ts';

/** A key pair that the stack knows, and its holder. */
export type Credential = {
  readonly secretAccessKey: string;
  /** Present for sessions, whose requests must carry exactly this token. */
  readonly sessionToken?: string;
  /** By the stack's clock, in epoch milliseconds. */
  readonly expiresAtMs?: number;
  readonly caller: Caller;
};

export type FindCredential = (accessKeyId: string) => Credential | undefined;

export type Verification =
  | {
      readonly verified: true;
      readonly caller: Caller;
      readonly claim: SignatureClaim;
      /** The request with the body that the client meant: `aws-chunked` framing is removed. */
      readonly request: WireRequest;
    }
  | Refused;

type Refused = { readonly verified: false; readonly refusal: SignatureRefusal };

export type CheckSignature = (request: WireRequest) => Promise<Verification>;

const toleranceMs = 5 * 60_000;

/** Makes the check that every request passes before a service sees it (AWS Signature Version 4, header form). */
export function createSignatureCheck(deps: {
  readonly findCredential: FindCredential;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly realNowMs: () => number;
}): CheckSignature {
  return async (request) => {
    const claimed = readClaim(request);
    if ('refusal' in claimed) return claimed;
    // Clients outside sign with real time, workers with the stack's clock, which may be hours ahead: either is
    // accepted.
    const offsetsMs = [deps.clock.nowMs(), deps.realNowMs()].map((nowMs) => Math.abs(nowMs - claimed.signedAtMs));
    if (Math.min(...offsetsMs) > toleranceMs) return refuse('skewedDate', 'x-amz-date is over 5 minutes off the clock');
    const credential = deps.findCredential(claimed.claim.accessKeyId);
    if (credential === undefined) return refuse('unknownKey', 'the access key id does not exist in the embedded stack');
    const verification = await verifyWith({ ...claimed, credential, request });
    const expiresAtMs = credential.expiresAtMs ?? Number.POSITIVE_INFINITY;
    if (verification.verified && expiresAtMs <= deps.clock.nowMs()) {
      return refuse('expiredSession', 'the security token included in the request is expired');
    }
    return verification;
  };
}

type Claimed = { readonly claim: SignatureClaim; readonly signedAtMs: number };

/** Reads the claim, and refuses whatever can be refused before any secret is looked up. */
function readClaim(request: WireRequest): Claimed | Refused {
  if (isPresigned(request)) return refuse('presigned', presignedMessage);
  const header = request.headers.get('authorization');
  if (header === undefined) return refuse('missing', 'the request carries no Authorization header');
  const claim = parseAuthorizationHeader(header);
  if (claim === undefined) return refuse('malformed', 'the Authorization header is not AWS4-HMAC-SHA256');
  const unsigned = unsignedHeader(request, claim);
  if (unsigned !== undefined) return refuse('wrongSignature', `the header ${unsigned} must be sent and signed`);
  const signedAtMs = parseLongDate(request.headers.get('x-amz-date') ?? '', claim.date);
  if (signedAtMs === undefined) return refuse('malformed', 'x-amz-date is missing or not the date of the credential');
  return { claim, signedAtMs };
}

type Evidence = Claimed & { readonly credential: Credential; readonly request: WireRequest };

async function verifyWith(evidence: Evidence): Promise<Verification> {
  const { credential, claim, request } = evidence;
  if (!equalInConstantTime(request.headers.get('x-amz-security-token') ?? '', credential.sessionToken ?? '')) {
    return refuse('wrongToken', 'the security token included in the request is invalid');
  }
  if (!equalInConstantTime(await expectedSignature(evidence), claim.signature)) {
    return refuse('wrongSignature', 'the signature does not match: check the secret access key and the signing method');
  }
  const payload = checkPayload(request, {
    secretAccessKey: credential.secretAccessKey,
    longDate: request.headers.get('x-amz-date') ?? '',
    scope: `${claim.date}/${claim.region}/${claim.service}/aws4_request`,
    seedSignature: claim.signature,
  });
  if (!payload.accepted) return { verified: false, refusal: payload.refusal };
  return { verified: true, caller: credential.caller, claim, request: payload.request };
}

/** Signs the request again, as the key's holder would have, over the headers that it claims to have signed. */
async function expectedSignature({ credential, claim, request, signedAtMs }: Evidence): Promise<string> {
  const { secretAccessKey, sessionToken } = credential;
  const signer = new SignatureV4({
    credentials: { accessKeyId: claim.accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: claim.region,
    service: claim.service,
    sha256: NodeSha256,
    applyChecksum: false,
    // S3 signs the path as it was sent; for every other service it is escaped once more.
    uriEscapePath: claim.service !== 's3',
  });
  const headers = claim.signedHeaders.map((name) => [name, request.headers.get(name) ?? '']);
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'localhost',
      path: request.path,
      query: Object.fromEntries([...request.query].map(([name, values]) => [name, [...values]])),
      headers: Object.fromEntries(headers),
      body: request.body,
    },
    { signingDate: new Date(signedAtMs), signableHeaders: new Set(claim.signedHeaders) },
  );
  return parseAuthorizationHeader(signed.headers['authorization'] ?? '')?.signature ?? '';
}

/** A header that decides something but is not signed: the signature must cover the host, and all of `x-amz-*`. */
function unsignedHeader(request: WireRequest, claim: SignatureClaim): string | undefined {
  const signed = new Set(claim.signedHeaders);
  const mustBeSigned = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-'));
  return (
    ['host', ...mustBeSigned].find((name) => !signed.has(name)) ??
    claim.signedHeaders.find((name) => !request.headers.has(name))
  );
}

function parseLongDate(text: string, scopeDate: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null || !text.startsWith(scopeDate)) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const presignedMessage =
  'the embedded stack does not accept presigned requests (a signature in the query string): send the Authorization header';

function isPresigned(request: WireRequest): boolean {
  return [...request.query.keys()].some((name) => /^x-amz-(algorithm|signature|credential)$/i.test(name));
}

function equalInConstantTime(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function refuse(reason: SignatureRefusalReason, message: string): Refused {
  return { verified: false, refusal: { reason, message } };
}
