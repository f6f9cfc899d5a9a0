import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deployableOf } from '../../../../config/deploy/deployable.ts';
import { foreignCode, type RunningCode } from '../../../../config/deploy/deployed-code.ts';
import type { PackagedStage } from '../../../../config/package/package-stage.ts';
import { readStageConfig } from '../../../../config/stage-config.ts';

const SETTINGS = {
  Handler: 'scan.handler',
  Runtime: 'nodejs24.x',
  Environment: { Variables: { TABLE: { Ref: 'Table' } } },
};
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A stage packaged at some instant: the packager names the folder of its files after it. */
function packagedAt(instant: string, code: string): PackagedStage {
  const folder = mkdtempSync(path.join(tmpdir(), 'deployable-'));
  folders.push(folder);
  const functionsDirectory = path.join(folder, 'functions');
  mkdirSync(functionsDirectory);
  writeFileSync(path.join(functionsDirectory, 'scan.zip'), code);
  const Code = { S3Bucket: { Ref: 'ServerlessDeploymentBucket' }, S3Key: `serverless/${instant}/scan.zip` };
  const Resources = {
    ScanFunction: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'broker-scan', ...SETTINGS, Code } },
    Bus: { Type: 'AWS::Events::EventBus' },
  };
  const templatePath = path.join(folder, 'cloudformation-template-update-stack.json');
  writeFileSync(templatePath, JSON.stringify({ Resources, Outputs: {} }));
  writeFileSync(path.join(folder, 'cloudformation-template-create-stack.json'), '{"Resources":{}}');
  return { stage: 'dev', config: readStageConfig({ stage: 'dev' }), functionsDirectory, templatePath, built: true };
}

describe('what a stage is deployed from', () => {
  it('is the same whenever it was packaged, as long as the code is', () => {
    const [one, other] = [deployableOf(packagedAt('1', 'code')), deployableOf(packagedAt('2', 'code'))];
    expect(other.template).toEqual(one.template);
    expect(other.templateFile).toEqual(one.templateFile);
    expect(one.uploads.map(({ key }) => key)).toEqual([
      'functions/broker-scan/5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b.zip',
    ]);
  });

  it('differs with the code, and where it is to be deployed anew', () => {
    const stage = packagedAt('1', 'code');
    const keys = [
      deployableOf(stage),
      deployableOf(packagedAt('1', 'other')),
      deployableOf(stage, '17'),
      deployableOf(stage, '18'),
    ];
    expect(new Set(keys.map(({ templateFile }) => templateFile.key)).size).toBe(4);
  });

  it('says by which hash Lambda will know each function, and sees another', async () => {
    const deployable = deployableOf(packagedAt('1', 'code'), '17');
    const hash = 'VpTQii5T/8rgwxA+Wtb2B2q9lg6x+KVldwQLwQKPcCs=';
    expect(await foreignCode(deployable, async () => running(hash))).toEqual([]);
    expect(await foreignCode(deployable, async () => running('other'))).toEqual([
      `broker-scan runs other; the sources make ${hash}`,
    ]);
    expect(await foreignCode(deployable, async () => undefined)).toEqual([
      `broker-scan runs nothing; the sources make ${hash}`,
    ]);
  });

  it.each([
    ['a layer', { layers: ['arn:layer'] }, 'has the layer arn:layer, which the sources do not give it'],
    [
      'a variable',
      { variables: ['TABLE', 'NODE_OPTIONS'] },
      'has the environment variable NODE_OPTIONS, which the sources do not give it',
    ],
    ['a handler', { handler: 'other.handler' }, 'begins with other.handler, not with scan.handler'],
    ['a runtime', { runtime: 'nodejs22.x' }, 'runs on nodejs22.x, not on nodejs24.x'],
  ])('sees %s that has other code run, whatever the zip', async (_what, other, sentence) => {
    const deployable = deployableOf(packagedAt('1', 'code'));
    const hash = deployable.codeSha256.get('broker-scan') ?? '';
    expect(await foreignCode(deployable, async () => ({ ...running(hash), ...other }))).toEqual([
      `broker-scan ${sentence}`,
    ]);
  });
});

function running(sha256: string): RunningCode {
  return { sha256, handler: SETTINGS.Handler, runtime: SETTINGS.Runtime, layers: [], variables: ['TABLE'] };
}
