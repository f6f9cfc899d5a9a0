import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readStage } from '../../../config/read-stage.ts';
import { runBroker } from '../../support/run-broker.ts';

const root = mkdtempSync(path.join(tmpdir(), 'config-check-'));
afterAll(() => rmSync(root, { recursive: true }));

const whole = `deploymentId: shop1
partition: aws
homeRegion: eu-west-1
requesters:
  - name: nightly
    recognisedBy: {schedule: nightly}
    jobs: [scan-account]
    tenants: all
  - name: backend
    recognisedBy:
      event: {source: com.shop.backend, principals: [role/backend]}
    jobs: all
    tenants: [acme]
    limits: {requestsPerMinute: 60}
schedules:
  - {name: nightly, job: scan-account, expression: rate(1 day), spreadMinutes: 60}
limits:
  stsCallsPerSecond: 200
`;
const files: Readonly<Record<string, string>> = {
  'functions/jobs/scan-account.ts': '',
  'lib/jobs/job-catalogue.ts': 'export const jobCatalogue = new Map();\n',
  'config/whole.yml': whole,
  'config/contradictory.yml':
    `${whole}canaryAccounts: ['111122223333']\nforbiddenAccountIds: ['111122223333']\n`.replace(
      'jobs: [scan-account]',
      'jobs: [scan-accounts]',
    ),
  'config/misshapen.yml': whole.replace('homeRegion: eu-west-1', 'homeRegion: "Ireland\\u001b[31m"'),
  'config/unreadable.yml': 'deploymentId: [',
  'of-broken-jobs/functions/jobs/scan-account.ts': '',
  'of-broken-jobs/config/whole.yml': whole,
  'of-broken-jobs/lib/jobs/job-catalogue.ts':
    'throw new Error(\'job "scan-account": maximumEventAgeSeconds 900 is over sessionSeconds 900 - minimumSeconds 60\');\n',
};
for (const [file, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

type Case = {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly clone?: string;
  readonly says: readonly string[];
};

const cases: Readonly<Record<string, Case>> = {
  'explains what is in force, and where it comes from': {
    argv: ['config', 'check', '--stage', 'whole'],
    exitCode: 0,
    says: ['config/whole.yml can be deployed.'],
  },
  'refuses what contradicts itself': {
    argv: ['config', 'check', '--stage', 'contradictory'],
    exitCode: 2,
    says: [
      'config.canaryForbidden\ncanaryAccounts[0]: 111122223333 is',
      'config.jobUnknown\nrequesters[0].jobs[0]: is',
    ],
  },
  'refuses a value that has not its form': {
    argv: ['config', 'check', '--stage', 'misshapen'],
    exitCode: 2,
    says: ['config.valueInvalid\nhomeRegion: is "Ireland'],
  },
  'refuses a catalogue that contradicts itself': {
    argv: ['config', 'check', '--stage', 'whole'],
    clone: 'of-broken-jobs',
    exitCode: 2,
    says: ['config.jobContradictory\n', 'maximumEventAgeSeconds 900 is over sessionSeconds 900'],
  },
  'says that a file is no YAML': {
    argv: ['config', 'check', '--stage', 'unreadable'],
    exitCode: 2,
    says: ['cli.usage\nconfig/unreadable.yml is not YAML'],
  },
  'names the stages that there are': {
    argv: ['config', 'check', '--stage', 'staging'],
    exitCode: 2,
    says: ['there is no config/staging.yml; the stages that have one: contradictory, misshapen, unreadable, whole.'],
  },
  'asks which stage': { argv: ['config', 'check'], exitCode: 2, says: ['Which stage?'] },
  helps: { argv: ['config', '--help'], exitCode: 0, says: ['broker config check'] },
};

const transcript = new Map<string, string>();

describe('broker config check', () => {
  it.each(Object.entries(cases))('%s', async (title, { argv, exitCode, clone = '.', says }) => {
    const result = await runBroker(argv, { readStage: (stage) => readStage(stage, path.join(root, clone)) });
    expect({ exitCode: result.exitCode, asked: result.asked }).toEqual({ exitCode, asked: [] });
    for (const text of says) expect(result.stdout + result.stderr).toContain(text);
    expect(result.stdout + result.stderr).not.toContain('\u001b');
    const stderr = result.stderr === '' ? '' : `--- on stderr\n${result.stderr}`;
    const shown = `$ broker ${argv.join(' ')}\n${result.stdout}${stderr}--- exit ${result.exitCode}`;
    transcript.set(title, `## ${title}\n\n\`\`\`\n${shown}\n\`\`\`\n`);
  });

  it('writes what people read (vitest run … -u writes it)', async () => {
    expect(transcript.size).toBe(Object.keys(cases).length);
    await expect([...transcript.values()].join('\n')).toMatchFileSnapshot('config-commands.transcript.md');
  });

  it.each([
    ['whole', 0, true],
    ['contradictory', 2, false],
  ])('gives %s as JSON, with all that is said of each setting', async (stage, exitCode, deployable) => {
    const result = await runBroker(['config', 'check', '--stage', stage, '--json'], {
      readStage: (named) => readStage(named, root),
    });
    const answer = JSON.parse(result.stdout);
    expect(result).toMatchObject({ exitCode, stderr: '' });
    expect(answer).toMatchObject({ stage, deployable });
    expect(answer.problems.length === 0).toBe(deployable);
    const bySetting = new Map(answer.settings.map((setting: { setting: string }) => [setting.setting, setting]));
    expect(bySetting.get('limits.stsCallsPerSecond')).toMatchObject({ value: 200, line: 18 });
    expect(bySetting.get('limits.perTenant.callsPerMinute')).toMatchObject({ value: 1_200, line: null });
    expect(bySetting.get('requests.concurrency')).toMatchObject({ value: 5, line: null, unit: 'messages' });
    expect(bySetting.has('requesters[0].recognisedBy.event.source')).toBe(false);
  });

  it('says where it can be run when it is installed without a clone', async () => {
    const { exitCode, stderr } = await runBroker(['config', 'check', '--stage', 'whole']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('In a clone: npm run --silent broker -- config check --stage <stage>');
  });
});
