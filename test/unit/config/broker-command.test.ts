import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkStageConfig, projectRoot } from '../../../config/stage-config.ts';
import { createConfigTree } from './config-tree.ts';

const tree = createConfigTree();
afterAll(() => tree.remove());

function broker(...argv: readonly string[]) {
  return brokerWith({}, ...argv);
}

function brokerWith(settings: Readonly<Record<string, string>>, ...argv: readonly string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const main = path.join(projectRoot, 'config/broker.ts');
    const env = { PATH: process.env['PATH'] ?? '', BROKER_STAGE: 'dev', ...settings };
    const child = execFile(process.execPath, [main, ...argv], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('npm run broker', () => {
  it('checks the stage of this clone that BROKER_STAGE names, without AWS settings', async () => {
    const { code, stdout, stderr } = await broker('config', 'check');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'config/dev.yml can be deployed.\n' });
    expect(stdout).toMatch(/^SETTING +VALUE +FROM +MEANING\ndeploymentId +dev1 +line \d+ /);
  });

  it('names every placeholder of the example of production, and nothing else that is wrong', async () => {
    const { code, stderr } = await broker('config', 'check', '--stage', 'prod');
    expect(code).toBe(2);
    const codes = [...stderr.matchAll(/^config\.\w+$/gm)].map(([said]) => said);
    const shipped = readFileSync(path.join(projectRoot, 'config/prod.yml'), 'utf8').replaceAll(/^ *#.*$/gm, '');
    expect(codes).toEqual(Array(shipped.match(/replace-?me|0{12}/g)?.length).fill('config.placeholder'));
  });

  it('keeps what is compiled of it in the clone, and nowhere else', async () => {
    const { stderr } = await brokerWith({ NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }, '--version');
    const places = [...stderr.matchAll(/^\[compile cache\] resolved path (\S+)/gm)].map(([, place]) => place);
    expect(places).toEqual([path.join(projectRoot, '.build/compiled')]);
  });
});

describe('config/prod.yml', () => {
  it('can be deployed when its placeholders are replaced', () => {
    const text = readFileSync(path.join(projectRoot, 'config/prod.yml'), 'utf8');
    const replaced = text
      .replaceAll('replaceme', 'shop1')
      .replaceAll('replace-me', 'shop')
      .replaceAll('0'.repeat(12), '111122223333');
    tree.write('config/replaced.yml', replaced);
    expect(checkStageConfig({ stage: 'replaced', root: tree.root })).toMatchObject({ problems: [] });
  });
});
