import type { FunctionWiring } from '../../../../local/template/wiring.ts';

/** A function as the template would describe it, with what the test says about it. */
export function aFunction(wiring: Partial<FunctionWiring> = {}): FunctionWiring {
  const name = wiring.name ?? 'worker';
  return {
    logicalId: 'WorkerLambdaFunction',
    name,
    arn: `arn:aws:lambda:eu-west-1:111111111111:function:${name}`,
    handler: `functions/${name}.handler`,
    timeoutSeconds: 5,
    memoryMegabytes: 128,
    environment: {},
    roleArn: `arn:aws:iam::111111111111:role/${name}`,
    roleName: name,
    aliases: [],
    eventInvokeConfig: { maximumEventAgeSeconds: 21_600, maximumRetryAttempts: 2 },
    ...wiring,
  };
}
