/** A command that a test runs, or the gate, and the words of it that are found there. */
export type Run = { readonly by: string; readonly words: string };

/** A script of npm that `test/journey/documented-scripts.test.ts` runs, small, in a fresh copy. */
export type SmallRun = { readonly args: readonly string[]; readonly says: RegExp };

/** Nothing here can run it: it asks AWS, and whatever it does is held by the test that is named. */
export type OnAws = { readonly needsAws: true; readonly heldBy: string };

/** Takes longer than a test may: the file that is named is what it goes by, and the nightly run has it. */
export type Nightly = { readonly nightly: true; readonly heldBy: string };

const RUNBOOKS = 'test/journey/runbooks.test.ts';
const SCHEDULES: Run = { by: 'test/journey/schedules.test.ts', words: "'schedule'" };
const AUDIT = 'test/journey/audit-commands.test.ts';
const questions = (word: string): Run => ({ by: AUDIT, words: `'${word}'` });
const asked = (word: string): Run => ({ by: 'test/unit/operator-cli/audit-commands.test.ts', words: `['${word}'` });
const gate = (words: string): Run => ({ by: '.ci/run', words });
/** In a block of `docs/operations.md`, each of which the test of the runbooks runs. */
const runbook = (words: string): Run => ({ by: 'docs/operations.md', words: `broker ${words}` });

/** Every script of npm that a document names. */
export const scriptRuns: Readonly<Record<string, Run | SmallRun | OnAws | Nightly>> = {
  demo: gate('npm run demo'),
  broker: { by: 'test/journey/acceptance.test.ts', words: 'broker doctor' },
  local: { by: 'test/journey/acceptance.test.ts', words: 'npm run --silent local' },
  check: gate('npm run check'),
  package: gate('npm run package -- --stage dev'),
  deploy: {
    args: ['--stage', 'dev', '--dry-run', '--uncommitted'],
    says: /this could be deployed; AWS was not asked$/m,
  },
  remove: { needsAws: true, heldBy: 'test/unit/config/deploy/remove-stage.test.ts' },
  'publish-template': { needsAws: true, heldBy: 'test/unit/config/publish-template-command.test.ts' },
  'build:cli': { args: [], says: /^dist\/broker\.mjs, dist\/client\.mjs and dist\/types are made/ },
  'build:verifier': { by: 'test/unit/operator-cli/verify-receipts.test.ts', words: 'config/build-verifier.ts' },
  sbom: { args: [], says: /^\d+ packages: / },
  'check:release-ages': { by: 'test/unit/config/release-ages.test.ts', words: 'config/check-release-ages.ts' },
  'check:live': { args: ['--list'], says: /^null-external-id: / },
  'test:simulate': gate('test:simulate -- --seeds 10000'),
  'test:double-faults': gate('test:double-faults'),
  'test:unused-permissions': gate('test:unused-permissions'),
  'test:other-implementations': gate('.ci/other-implementations'),
  'test:simulate-sdk': { args: ['--seeds', '1'], says: /crashBefore/ },
  'test:stryker': { nightly: true, heldBy: 'stryker.config.json' },
  'test:nightly': { nightly: true, heldBy: '.ci/nightly' },
  'test:load': { by: 'test/load/load.test.ts', words: './run-load.ts' },
  fuzz: { args: ['--inputs', '20'], says: /^parser: / },
  'bench:audit': { args: ['--issuances', '100', '--tenants', '3', '--pages', '3'], says: /"issuances": 100/ },
  'bench:fan-out': { args: ['--tenants', '100'], says: /"tenants": 100/ },
  'bench:rate': { args: ['--objects-per-minute', '10', '--tenants', '3', '--minutes', '3'], says: /"minutes": 3/ },
  'bench:log-files': { args: ['--gigabytes', '0.001', '--receipts', '10'], says: /"receipts": 10/ },
  'bench:verify': { args: ['--issuances', '100'], says: /"recordsPerSecond"/ },
  'bench:strays': { args: ['--stories', '100', '--minutes', '60'], says: /"stories": 100/ },
  // It writes documents anew and takes minutes; what it is made of is run.
  bench: { by: 'test/bench/figures.test.ts', words: './figures/' },
};

/** What else a document has somebody type, by its first words. */
export const otherRuns: Readonly<Record<string, Run | OnAws>> = {
  'npm ci': gate('npm ci'),
  'npm test': gate('npm test'),
  'npm install': { by: 'test/journey/documented-scripts.test.ts', words: 'npm install --global' },
  'npx vitest': gate('npm test'),
  'npx node': { by: 'test/journey/third-job.test.ts', words: 'local/try-' },
  'npx serverless': { needsAws: true, heldBy: 'test/unit/config/deploy/deploy-stage.test.ts' },
};

/** Every command of `broker`, by the words before its own arguments. */
export const brokerRuns: Readonly<Record<string, Run>> = {
  'tenants add': runbook('tenants add'),
  'tenants list': runbook('tenants list'),
  'tenants show': runbook('tenants show'),
  'tenants connect': runbook('tenants connect'),
  'tenants consent': { by: 'test/journey/role-consent.test.ts', words: "'consent'" },
  'tenants disconnect': { by: 'test/journey/documented-blocks.test.ts', words: 'tenants disconnect' },
  'tenants verify': runbook('tenants verify'),
  'tenants set': { by: 'test/journey/acceptance.test.ts', words: 'broker tenants set' },
  'tenants changes': runbook('tenants changes'),
  'tenants onboarding': runbook('tenants onboarding'),
  'tenants suspend': runbook('tenants suspend'),
  'tenants resume': runbook('tenants resume'),
  'tenants offboard': { by: 'test/journey/onboarding/suspend-resume-offboard.test.ts', words: "'offboard'" },
  'tenants import': { by: 'test/journey/onboarding/import-and-migrate.test.ts', words: "'import'" },
  'tenants migrate': { by: 'test/journey/onboarding/import-and-migrate.test.ts', words: "'migrate'" },
  'tenants rotate-external-id start': runbook('tenants rotate-external-id start'),
  'tenants rotate-external-id status': runbook('tenants rotate-external-id status'),
  'tenants rotate-external-id finish': runbook('tenants rotate-external-id finish'),
  'tenants rotate-external-id abandon': { by: 'test/journey/onboarding/rotation.test.ts', words: "'abandon'" },
  'schedule list': SCHEDULES,
  'schedule next': SCHEDULES,
  'schedule run-now': SCHEDULES,
  'schedule pause': SCHEDULES,
  'schedule resume': SCHEDULES,
  'switch list': { by: 'test/journey/brakes/switches.test.ts', words: "'list'" },
  'switch off': runbook('switch off'),
  'switch on': runbook('switch on'),
  'replay allow': { by: 'test/journey/brakes/replays.test.ts', words: "'allow'" },
  'replay end': { by: 'test/unit/operator-cli/switch-commands.test.ts', words: "'replay', 'end'" },
  'replay show': runbook('replay show'),
  'dead-letters list': runbook('dead-letters list'),
  'dead-letters show': { by: 'test/journey/dead-letters.test.ts', words: "'show'" },
  'dead-letters redrive': runbook('dead-letters redrive'),
  'audit explain': questions('explain'),
  'audit tenant': questions('tenant'),
  'audit account': questions('account'),
  'audit key': questions('key'),
  'audit session': questions('session'),
  'audit sts-request': questions('sts-request'),
  'audit requester': questions('requester'),
  'audit job': asked('job'),
  'audit day': asked('day'),
  'audit exceptions': questions('exceptions'),
  'audit live': { by: 'test/unit/operator-cli/audit-commands.test.ts', words: "['audit', 'live'" },
  'audit receipts': { by: 'test/journey/receipts.test.ts', words: "'receipts'" },
  'audit correlate': runbook('audit correlate'),
  'audit verify': { by: 'test/journey/documented-blocks.test.ts', words: 'broker audit verify' },
  'audit sql': { by: 'test/journey/documented-blocks.test.ts', words: '--view session_verdicts' },
  run: runbook('run '),
  credentials: { by: 'test/journey/credentials-for-tools.test.ts', words: "'credentials'" },
  'config check': runbook('config check'),
  doctor: runbook('doctor'),
  completion: { by: 'test/journey/documented-blocks.test.ts', words: 'broker completion' },
};

/** Which test runs the `sh` blocks of a document: all of it, or the block that begins with the line. */
export const blockRuns: Readonly<Record<string, string>> = {
  'README.md': 'test/journey/acceptance.test.ts',
  'docs/operations.md': RUNBOOKS,
  'docs/audit.md': 'test/journey/documented-blocks.test.ts',
  'docs/audit.md: node verify-receipts.mjs': 'test/unit/operator-cli/verify-receipts.test.ts',
  'docs/cli.md: npm run --silent broker': 'test/journey/documented-scripts.test.ts',
  'docs/cli.md: broker completion': 'test/journey/documented-blocks.test.ts',
  'docs/credentials.md': 'test/journey/credentials-for-tools.test.ts',
  'docs/on-demand.md': 'test/journey/documented-blocks.test.ts',
  'docs/deploying.md': 'test/journey/documented-scripts.test.ts',
  'docs/onboarding.md': 'test/journey/documented-blocks.test.ts',
  'docs/onboarding.md: aws iam create-role': 'test/journey/onboarding/proven-trust.test.ts',
  'docs/for-your-customers.md': 'test/journey/customers-page.test.ts',
  'docs/writing-a-job.md: npm run check': '.ci/run',
  'docs/writing-a-job.md: aws --profile scan-scheduler events put-events': 'test/journey/third-job.test.ts',
  'CONTRIBUTING.md': '.ci/run',
};
