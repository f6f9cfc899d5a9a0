import { readAwsSettings } from './aws-settings.ts';
import { findFunctionUrl } from './find-function-url.ts';
import type { FunctionUrlTarget } from './function-url-client.ts';
import { MANAGEMENT_FUNCTION, type ManagementClient, makeManagementClient } from './management-client.ts';
import { makeRequestClient, REQUEST_FUNCTION, type RequestClient } from './request-client.ts';
import { makeVendingClient, VENDING_FUNCTION, type VendingClient } from './vending-client.ts';

/**
 * `credential-broker/client`: everything that a program outside the broker needs to ask for jobs, to manage tenants and
 * to get credentials, and nothing else of the broker.
 */
export type { Accepted, Decided, IssuanceProgress, ProgressState } from '../on-demand/on-demand-answer.ts';
export { ApiError, type ClientErrorCode } from './api-error.ts';
export { makeManagementClient } from './management-client.ts';
export { type JobRequest, makeRequestClient, type RequestOptions } from './request-client.ts';
export type { AwsCredentials } from './sign-request.ts';
export { makeVendingClient } from './vending-client.ts';
export type { FunctionUrlTarget, ManagementClient, RequestClient, VendingClient };

/**
 * Finds the function URL of a stage with the AWS settings of the process (environment, profile, role) and returns its
 * client. Throws `ApiError`.
 */
export async function openManagementClient(
  of: { readonly stage?: string; readonly region?: string } = {},
): Promise<ManagementClient> {
  const settings = await readAwsSettings(of);
  const url = await findFunctionUrl({ functionName: MANAGEMENT_FUNCTION, stage: of.stage }, settings);
  return makeManagementClient({ url, region: settings.region, credentials: settings.credentials });
}

/** The same for the function URL that takes requests for jobs. Throws `ApiError`. */
export async function openRequestClient(
  of: { readonly stage?: string; readonly region?: string } = {},
): Promise<RequestClient> {
  const settings = await readAwsSettings(of);
  const url = await findFunctionUrl({ functionName: REQUEST_FUNCTION, stage: of.stage }, settings);
  return makeRequestClient({ url, region: settings.region, credentials: settings.credentials });
}

/** The same for the function URL that hands out credentials. Throws `ApiError`. */
export async function openVendingClient(
  of: { readonly stage?: string; readonly region?: string } = {},
): Promise<VendingClient> {
  const settings = await readAwsSettings(of);
  const url = await findFunctionUrl({ functionName: VENDING_FUNCTION, stage: of.stage }, settings);
  return makeVendingClient({ url, region: settings.region, credentials: settings.credentials });
}
