import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from './clock.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import { PARTITION_ENDPOINTS } from './partition-endpoints.ts';
import { Sha256 } from './sha256.ts';
import { errorName, storeError } from './store-error.ts';

/**
 * Calls CloudTrail, of which three read-only actions are needed: a whole client of the SDK would be one dependency more.
 * Gives the answer as it came, unread. Throws `store.unavailable`, which names the status and nothing of the answer.
 */
export type CallCloudTrail = (action: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

export type CloudTrailMeans = {
  readonly credentials: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly config: Pick<DeploymentConfig, 'homeRegion' | 'partition'>;
  /** Where something stands in for AWS. */
  readonly endpoint?: string;
};

/** Source: CloudTrail's model in the AWS SDKs: `json` 1.1 with this prefix. */
const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
const TIMEOUT_MS = 3_000;
const TRIES = 3;

export function makeCallCloudTrail(means: CloudTrailMeans): CallCloudTrail {
  const { homeRegion, partition } = means.config;
  const url = new URL(means.endpoint ?? `https://cloudtrail.${homeRegion}.${PARTITION_ENDPOINTS[partition].s3}/`);
  return async (action, input) => {
    const body = JSON.stringify(input);
    let failure = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await attempt({ url, action, body }, means);
      if (answer.ok) return answer.value;
      failure = answer.failure;
      if (!answer.again) break;
    }
    throw storeError(new Error(failure), `CloudTrail did not answer ${action} (${failure})`);
  };
}

type Call = { readonly url: URL; readonly action: string; readonly body: string };
type Attempt =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: string; readonly again: boolean };

async function attempt(call: Call, means: CloudTrailMeans): Promise<Attempt> {
  try {
    const headers = await signed(call, means);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await means.fetch(call.url, { method: 'POST', headers, body: call.body, signal });
    const text = await response.text();
    if (response.ok) return { ok: true, value: JSON.parse(text) };
    const again = response.status >= 500 || response.status === 429 || text.includes('Throttling');
    return { ok: false, failure: `status ${response.status}`, again };
  } catch (error) {
    return { ok: false, failure: errorName(error), again: true };
  }
}

async function signed({ url, action, body }: Call, { credentials, clock, config }: CloudTrailMeans) {
  const signer = new SignatureV4({
    service: 'cloudtrail',
    region: config.homeRegion,
    sha256: Sha256,
    credentials: await credentials(),
  });
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGET}.${action}` },
    body,
  };
  const { headers } = await signer.sign(request, { signingDate: new Date(clock.nowMs()) });
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host'));
}
