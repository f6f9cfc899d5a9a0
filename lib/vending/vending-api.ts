/**
 * What the function URL of `vend-credentials` takes and answers. The answer is what the SDKs read from a
 * `credential_process`. Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
 */
export type CallerCredentials = {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** The fence, in UTC to the second: from then on the session may do nothing, though STS lets it live longer. */
  readonly Expiration: string;
};

/** The fields of an event's detail that apply here. There is no run, so there is no input and nothing to repeat. */
export type CredentialsRequest = {
  readonly version: 1;
  readonly tenantId: string;
  readonly job: string;
  readonly accountIds: readonly [string];
  readonly reason: string;
};

export type VendingRoutes = {
  'POST /credentials': {
    readonly body: CredentialsRequest;
    readonly query: Readonly<Record<never, never>>;
    readonly answer: CallerCredentials;
  };
};
