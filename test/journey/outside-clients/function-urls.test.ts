import { expect, it } from 'vitest';
import { boto3, describeWith, pythonAs } from './outside-clients.ts';
import { stackForClients } from './stack-for-clients.ts';

describeWith(boto3, 'function URLs, signed with botocore', () => {
  const stack = stackForClients();
  const python = pythonAs(() => stack().awsConfigFile);

  function call(profile: string, service: string): Promise<unknown> {
    const url = `${stack().endpoint}/_url/credential-broker-local-issue-credentials/a%20b/?x=1&y=%2F`;
    const script = `
import botocore.auth, botocore.awsrequest, botocore.httpsession
request = botocore.awsrequest.AWSRequest('POST', '${url}', data=b'{}', headers={'content-type': 'application/json'})
credentials = boto3.Session().get_credentials()
botocore.auth.SigV4Auth(credentials, '${service}', 'eu-west-1').add_auth(request)
answer = botocore.httpsession.URLLib3Session().send(request.prepare())
tell([answer.status_code, json.loads(answer.text)['Message']])`;
    return python(profile, script);
  }

  it.each([
    { profile: 'operator', service: 'lambda', status: 404, message: 'has no URL in the template' },
    { profile: 'operator', service: 'execute-api', status: 403, message: 'sign for the service lambda' },
    { profile: 'stranger', service: 'lambda', status: 403, message: 'lambda:InvokeFunctionUrl' },
  ])('answers $status to $profile for $service', async ({ profile, service, status, message }) => {
    expect(await call(profile, service)).toEqual([status, expect.stringContaining(message)]);
  });
});
