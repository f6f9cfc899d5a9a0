/**
 * `npm run publish-template -- --stage <stage>`: puts a customer's CloudFormation template where quick-create links
 * open it (`templateBaseUrl`), with the credentials of the person who runs the command: no function of the broker may
 * write there. Exits with 1 when the template cannot be put there, 2 for a command line that is wrong.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { jobCatalogue } from '../lib/jobs/job-catalogue.ts';
import { publishTemplate } from '../lib/onboarding/templates/publish-template.ts';
import { publishedText } from '../lib/onboarding/templates/published-template.ts';
import type { DeploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { checkRenderedTemplate } from './publish-template/rendered-template.ts';
import { templateForJobs } from './publish-template/template-for-jobs.ts';
import { readStageConfig } from './stage-config.ts';

const USAGE = `Usage: npm run publish-template -- --stage STAGE [--jobs A,B] [--role-name NAME] [--broker-account ID]
       npm run publish-template -- --stage STAGE --template FILE [--broker-account ID]

Puts a template for customers below the templateBaseUrl of config/STAGE.yml, and prints its address. It is named by its
SHA-256; what is there already stays as it is. Needs AWS credentials that may s3:PutObject and s3:GetObject there.

  --stage STAGE        which config/*.yml
  --jobs A,B           the template of tenants that have these jobs and no settings for them
                       (every job that needs no settings)
  --role-name NAME     the name of the role (credential-broker)
  --template FILE      the template of one tenant, as "broker tenants onboarding" prints it; - reads it from the input
  --broker-account ID  the account that the broker runs in (the account of the credentials)
  --help               print this
`;

const options = readOptions();
if (options?.help === true) process.stdout.write(USAGE);
else if (options !== undefined) await publish(options);

type Options = NonNullable<ReturnType<typeof readOptions>>;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        stage: { type: 'string' },
        jobs: { type: 'string' },
        'role-name': { type: 'string' },
        template: { type: 'string' },
        'broker-account': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.stage === undefined && !values.help) throw new Error('--stage is missing');
    if (values.template !== undefined && (values.jobs ?? values['role-name']) !== undefined) {
      throw new Error('--template is a whole template: --jobs and --role-name do not go with it');
    }
    return values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function publish({ stage = '', ...options }: Options): Promise<void> {
  try {
    const deployment = readStageConfig({ stage });
    const { templateBaseUrl, homeRegion } = deployment;
    if (templateBaseUrl === undefined) {
      throw new Error(
        `config/${stage}.yml has no templateBaseUrl: set it to the place in S3 where templates are to lie`,
      );
    }
    const brokerAccountId = options['broker-account'] ?? (await ownAccount(homeRegion));
    const text = textOf(options, { deployment, brokerAccountId, prefix: `credential-broker-${stage}` });
    const template = publishedText(text, deployment);
    // With path-style addresses a bucket is found on any endpoint, the embedded stack's among them.
    const outcome = await publishTemplate(template, new S3Client({ region: template.region, forcePathStyle: true }));
    process.stdout.write(`${outcome}: ${template.url}\nIt trusts account ${brokerAccountId}.\n`);
  } catch (error) {
    process.stderr.write(`The template was not published: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

type Broker = { readonly deployment: DeploymentConfig; readonly brokerAccountId: string; readonly prefix: string };

function textOf(options: Omit<Options, 'stage'>, broker: Broker): string {
  const { template, jobs, 'role-name': roleName } = options;
  if (template === undefined) {
    return templateForJobs({
      ...broker,
      catalogue: jobCatalogue,
      ...(jobs === undefined ? {} : { jobs: jobs.split(',').map((job) => job.trim()) }),
      ...(roleName === undefined ? {} : { roleName }),
    });
  }
  const text = readFileSync(template === '-' ? 0 : template, 'utf8');
  checkRenderedTemplate(text, broker);
  return text;
}

async function ownAccount(region: string): Promise<string> {
  const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  if (Account === undefined) throw new Error('STS does not say whose the credentials are: give --broker-account');
  return Account;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
