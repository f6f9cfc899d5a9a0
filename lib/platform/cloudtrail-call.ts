import { type AwsJsonDependencies, type AwsJsonService, callAwsJson } from './aws-json-call.ts';
import type { DeploymentConfig } from './deployment-config/deployment-config.ts';
import { PARTITION_ENDPOINTS } from './partition-endpoints.ts';
import { errorName, storeError } from './store-error.ts';

/**
 * Calls CloudTrail. The broker needs three read-only actions, for which a whole client of the SDK would be one
 * dependency too many. Returns the answer unparsed. Throws `store.unavailable`, whose message has the status and
 * nothing of the answer.
 */
export type CallCloudTrail = (action: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;

export type CloudTrailDependencies = AwsJsonDependencies & {
  readonly config: Pick<DeploymentConfig, 'homeRegion' | 'partition'>;
  /** The endpoint of a stack that stands in for AWS. */
  readonly endpoint?: string;
};

/** Source: CloudTrail's model in the AWS SDKs: `json` 1.1 with this prefix. */
const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
const TIMEOUT_MS = 3_000;
const TRIES = 3;

export function makeCallCloudTrail(dependencies: CloudTrailDependencies): CallCloudTrail {
  const { homeRegion: region, partition } = dependencies.config;
  const url = new URL(dependencies.endpoint ?? `https://cloudtrail.${region}.${PARTITION_ENDPOINTS[partition].s3}/`);
  const service = { service: 'cloudtrail', region, url, target: TARGET };
  return async (action, input) => {
    const body = JSON.stringify(input);
    let failure = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await attempt({ service, action, body }, dependencies);
      if (answer.ok) return answer.value;
      failure = answer.failure;
      if (!answer.again) break;
    }
    throw storeError(new Error(failure), `CloudTrail did not answer ${action} (${failure})`);
  };
}

type Call = { readonly service: AwsJsonService; readonly action: string; readonly body: string };
type Attempt =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: string; readonly again: boolean };

async function attempt({ service, action, body }: Call, dependencies: CloudTrailDependencies): Promise<Attempt> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { ok, status, text } = await callAwsJson({ action, body, signal }, service, dependencies);
    if (ok) return { ok: true, value: JSON.parse(text) };
    const again = status >= 500 || status === 429 || text.includes('Throttling');
    return { ok: false, failure: `status ${status}`, again };
  } catch (error) {
    return { ok: false, failure: errorName(error), again: true };
  }
}
