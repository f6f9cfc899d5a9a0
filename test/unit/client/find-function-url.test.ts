import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../lib/client/api-error.ts';
import { findFunctionUrl } from '../../../lib/client/find-function-url.ts';

const functionName = 'manage-tenants';

function lambdaThat(answer: { url?: string; name?: string; message?: string }) {
  const asked: unknown[] = [];
  return {
    asked,
    send: async (command: { input: unknown }) => {
      asked.push(command.input);
      if (answer.name !== undefined)
        throw Object.assign(new Error(answer.message ?? 'said AWS'), { name: answer.name });
      return { FunctionUrl: answer.url };
    },
  };
}

describe('where a function URL is found', () => {
  it.each([
    ['http://127.0.0.1:4566', undefined, 'http://127.0.0.1:4566/_url/credential-broker-local-manage-tenants'],
    ['http://127.0.0.1:4566/', 'dev', 'http://127.0.0.1:4566/_url/credential-broker-dev-manage-tenants'],
  ])('at the stack that stands in for AWS: %s, stage %s', async (endpoint, stage, url) => {
    const lambda = lambdaThat({ name: 'NobodyAsks' });
    const found = await findFunctionUrl({ functionName, stage }, { endpoint, lambda, region: 'eu-west-1' });
    expect(found).toBe(url);
    expect(lambda.asked).toEqual([]);
  });

  it('is asked of Lambda, by the name of the stage’s function', async () => {
    const lambda = lambdaThat({ url: 'https://abc.lambda-url.eu-west-1.on.aws/' });
    const found = await findFunctionUrl({ functionName, stage: 'dev' }, { lambda, region: 'eu-west-1' });
    expect(found).toBe('https://abc.lambda-url.eu-west-1.on.aws/');
    expect(lambda.asked).toEqual([{ FunctionName: 'credential-broker-dev-manage-tenants' }]);
  });

  it.each([
    ['ResourceNotFoundException', 'client.functionUnknown'],
    ['AccessDeniedException', 'client.accessDenied'],
    ['UnrecognizedClientException', 'client.accessDenied'],
    ['ExpiredTokenException', 'client.accessDenied'],
    ['CredentialsProviderError', 'client.credentialsMissing'],
    ['TimeoutError', 'client.unreachable'],
  ])('says what is wrong when Lambda says %s', async (name, code) => {
    const lambda = lambdaThat({ name });
    const finding = findFunctionUrl({ functionName, stage: 'dev' }, { lambda, region: 'eu-west-1' });
    const error = await finding.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain('credential-broker-dev-manage-tenants in eu-west-1');
  });

  it.each([
    [undefined, 'client.stageMissing'],
    ['', 'client.stageInvalid'],
    ['../other', 'client.stageInvalid'],
    ['Dev', 'client.stageInvalid'],
    ['dev-', 'client.stageInvalid'],
  ])('is not looked for in stage %j of AWS', async (stage, code) => {
    const lambda = lambdaThat({ url: 'https://abc/' });
    await expect(findFunctionUrl({ functionName, stage }, { lambda, region: 'eu-west-1' })).rejects.toMatchObject({
      code,
    });
    expect(lambda.asked).toEqual([]);
  });
});
