/**
 * A broker of the kind that samples show, to be compared with: it looks the tenant up, assumes the role and invokes the job
 * with the credentials in the payload. It decides nothing, records nothing and seals nothing.
 */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { GetCommand } from '@aws-sdk/lib-dynamodb';

export type NaiveClients = {
  readonly dynamo: { send(command: GetCommand): Promise<{ Item?: Record<string, unknown> | undefined }> };
  readonly sts: { send(command: AssumeRoleCommand): Promise<{ Credentials?: object | undefined }> };
  readonly lambda: { send(command: InvokeCommand): Promise<unknown> };
};

export function naiveBroker({ dynamo, sts, lambda }: NaiveClients) {
  return async (event: {
    readonly id: string;
    readonly detail: { readonly tenantId: string; readonly job: string };
  }) => {
    const { tenantId, job } = event.detail;
    const { Item } = await dynamo.send(new GetCommand({ TableName: 'tenants', Key: { tenantId, record: 'tenant' } }));
    const { roleArn = SAMPLE.roleArn, externalId = SAMPLE.externalId } = Item ?? {};
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `${roleArn}`,
        ExternalId: `${externalId}`,
        RoleSessionName: `${job}-${event.id}`,
      }),
    );
    const Payload = Buffer.from(JSON.stringify({ tenantId, job, credentials: Credentials }));
    await lambda.send(new InvokeCommand({ FunctionName: `broker-${job}`, InvocationType: 'Event', Payload }));
  };
}

/** Of a table whose one item for a tenant has both; the broker's own tables keep them apart. */
export const SAMPLE = {
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  externalId: 'cb-test1-5ec2e700-0000-4000-8000-000000000000',
};
