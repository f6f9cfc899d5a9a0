import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot, readStageConfig } from '../../../config/stage-config.ts';
import { createConfigTree } from './config-tree.ts';

const tree = createConfigTree();
afterAll(() => tree.remove());

describe('readStageConfig', () => {
  it.each([
    ['local', 'local1'],
    ['dev', 'dev1'],
  ])('reads config/%s.yml as it is shipped', (stage, deploymentId) => {
    expect(readStageConfig({ stage })).toMatchObject({ deploymentId, mode: 'shared', homeRegion: 'eu-west-1' });
  });

  it('names the stages that there are when one has no file', () => {
    expect(() => readStageConfig({ stage: 'staging' })).toThrow(
      'there is no config/staging.yml; the stages that have one: dev, local, prod.',
    );
  });

  it.each(['', '../local', 'LOCAL', '1st', 'a'.repeat(21), 'a/b', 'a.b'])('refuses %j as a stage', (stage) => {
    expect(() => readStageConfig({ stage })).toThrow('is not a stage');
  });

  it('says that a file is not YAML', () => {
    tree.write('config/broken.yml', 'deploymentId: [');
    expect(() => readStageConfig({ stage: 'broken', root: tree.root })).toThrow('config/broken.yml is not YAML');
  });

  it('refuses a key that is there twice', () => {
    tree.write('config/twice.yml', 'mode: shared\nmode: dedicated\n');
    expect(() => readStageConfig({ stage: 'twice', root: tree.root })).toThrow('config/twice.yml is not YAML');
  });

  it('refuses a job that there is not', () => {
    const text = readFileSync(path.join(projectRoot, 'config', 'dev.yml'), 'utf8');
    tree.write('config/slip.yml', text.replace('[scan-account]', '[scan-account, scan-accounts]'));
    expect(() => readStageConfig({ stage: 'slip', root: tree.root })).toThrow(
      'config/slip.yml cannot be deployed:\n  - requesters[0].jobs[1]: is "scan-accounts"; expected a job of functions/jobs: ',
    );
  });

  it('refuses what cannot be deployed', () => {
    tree.write('config/empty.yml', '# nothing\n');
    expect(() => readStageConfig({ stage: 'empty', root: tree.root })).toThrow('config/empty.yml cannot be deployed');
  });
});
