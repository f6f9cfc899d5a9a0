import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { STSClient } from '@aws-sdk/client-sts';
import { START_MS } from '../../support/frozen-clock.ts';

/** What STS, or whatever stands where STS should, may answer on the wire. */
export type WireAnswer =
  | { readonly status: number; readonly body: string | Buffer; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks, at once or in the middle of the body. */
  | { readonly breaks: 'atOnce' | 'inTheBody'; readonly error: Error };

export const canaries = {
  secretAccessKey: 'canary/secret+access=key0123456789abcdef',
  sessionToken: 'canary//session+token==0123456789abcdef0123456789abcdef',
  externalId: 'cb-test1-0123abcd-0123-4abc-89ab-0123456789ab',
};

export const sessionXml = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: canaries.secretAccessKey,
  sessionToken: canaries.sessionToken,
  expiration: new Date(START_MS + 900_000).toISOString(),
  assumedRoleId: 'AROAEXAMPLE:scan-account.a.1',
};

/** The body of a success; `undefined` leaves an element out. */
export function assumedXml(change: Partial<Record<keyof typeof sessionXml, string | undefined>> = {}): string {
  const given = { ...sessionXml, ...change };
  const element = (name: string, text: string | undefined) => (text === undefined ? '' : `<${name}>${text}</${name}>`);
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <AssumedRoleUser>${element('AssumedRoleId', given.assumedRoleId)}<Arn>arn:aws:sts::222222222222:assumed-role/scanner/s</Arn></AssumedRoleUser>
    <Credentials>${element('AccessKeyId', given.accessKeyId)}${element('SecretAccessKey', given.secretAccessKey)}${element('SessionToken', given.sessionToken)}${element('Expiration', given.expiration)}</Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult><ResponseMetadata><RequestId>sts-request-1</RequestId></ResponseMetadata></AssumeRoleResponse>`;
}

export function errorXml(code: string, message = `denied for ${canaries.externalId}`): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts-request-1</RequestId></ErrorResponse>`;
}

export function gzipped(text: string): Buffer {
  return gzipSync(text);
}

export function socketError(code: string): Error {
  return Object.assign(new Error(`${code} after ${canaries.secretAccessKey}`), { code });
}

/** A real STS client whose requests end here. `requests` are the form fields of each, `hosts` where they went. */
export function stsThatAnswers(answer: WireAnswer, options: { readonly maxAttempts?: number } = {}) {
  const requests: URLSearchParams[] = [];
  const hosts: string[] = [];
  const sts = new STSClient({
    region: 'eu-west-1',
    maxAttempts: options.maxAttempts ?? 1,
    credentials: { accessKeyId: 'AKIABROKER', secretAccessKey: 'broker' },
    requestHandler: {
      async handle(request: { readonly hostname: string; readonly body?: unknown }) {
        requests.push(new URLSearchParams(String(request.body)));
        hosts.push(request.hostname);
        if (!('breaks' in answer)) return { response: responseOf(answer) };
        if (answer.breaks === 'atOnce') throw answer.error;
        return { response: { statusCode: 200, headers: xmlHeaders, body: brokenBody(answer.error) } };
      },
    },
  });
  return { sts, requests, hosts };
}

const xmlHeaders = { 'content-type': 'text/xml', 'x-amzn-requestid': 'sts-request-1' };

function responseOf({ status, body, headers = {} }: Extract<WireAnswer, { status: number }>) {
  return { statusCode: status, headers: { ...xmlHeaders, ...headers }, body: Readable.from([Buffer.from(body)]) };
}

/** Half of a success, secret key and all, and then nothing. */
function brokenBody(error: Error): Readable {
  const half = assumedXml().slice(0, assumedXml().indexOf('</SecretAccessKey>'));
  return Readable.from(
    (async function* () {
      yield Buffer.from(half);
      throw error;
    })(),
  );
}
