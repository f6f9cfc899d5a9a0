import { setTimeout as pause } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../lib/platform/sha256.ts';
import { parseXml, textAt, type XmlElement } from './xml-element.ts';

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** Where a service of AWS's query protocol is called, and with which credentials. */
export type QueryPlace = {
  readonly url: URL;
  readonly service: string;
  readonly region: string;
  /** The version of the API, as in every example of its reference. */
  readonly version: string;
  readonly credentials: () => Promise<Credentials>;
};

/** A service's refusal of a call. `name` is its code. */
export class QueryError extends Error {
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

const TRIES = 5;

/**
 * Calls a service of which the project has no client, and returns the result of the answer. A throttled call is tried
 * again; so is a call that only reads, after a failure of the service or of the network. A call that changes something
 * is not: nobody knows then whether it arrived. Throws `QueryError` when the service refuses.
 */
export async function callQuery(
  place: QueryPlace,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(place, action, parameters);
    if ('result' in outcome) return outcome.result;
    const again = outcome.isThrottled || (isReading(action) && outcome.isFailure);
    if (!again || attempt === TRIES) throw outcome.error;
    await pause(200 * 2 ** attempt);
  }
}

type Outcome =
  | { readonly result: XmlElement }
  | { readonly error: unknown; readonly isThrottled: boolean; readonly isFailure: boolean };

async function tryOnce(
  place: QueryPlace,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const { headers, body } = await signed(place, { Action: action, Version: place.version, ...parameters });
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(new URL('/', place.url), { method: 'POST', headers, body });
    text = await answer.text();
  } catch (cause) {
    return { error: unanswered(place, action, cause), isThrottled: false, isFailure: true };
  }
  if (answer.ok) return { result: resultOf(text, action) };
  const error = errorOf(text, `${action} was answered with ${answer.status}`);
  const isThrottled = /^Throttling|^RequestLimitExceeded/.test(error.name);
  return { error, isThrottled, isFailure: answer.status >= 500 };
}

/** The error of `fetch` says only that it failed; the reason is in its cause. */
function unanswered({ url }: QueryPlace, action: string, error: unknown): Error {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  const unknown = isReading(action) ? '' : '. Whether it was heard is not known: look before you try again';
  return new Error(`${action} got no answer from ${url.host}: ${why}${unknown}`, { cause: error });
}

function isReading(action: string): boolean {
  return /^(?:Describe|Get|List)/.test(action);
}

async function signed(place: QueryPlace, parameters: Readonly<Record<string, string>>) {
  const { url, service, region, credentials } = place;
  const body = new URLSearchParams(parameters).toString();
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  });
  return { headers, body };
}

function resultOf(text: string, action: string): XmlElement {
  const answer = parseXml(text);
  const result = answer.children.find(({ name }) => name === `${action}Result`);
  // The answer to an operation without a result holds nothing but its metadata.
  return result ?? answer;
}

function errorOf(text: string, otherwise: string): QueryError {
  try {
    const error = parseXml(text).children.find(({ name }) => name === 'Error');
    const code = textAt(error, 'Code');
    if (code !== undefined) return new QueryError(code, textAt(error, 'Message') ?? otherwise);
  } catch {
    return new QueryError('UnreadableAnswer', `${otherwise}: ${text.slice(0, 300)}`);
  }
  return new QueryError('UnreadableAnswer', `${otherwise}: ${text.slice(0, 300)}`);
}
