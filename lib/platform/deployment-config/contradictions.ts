import { UNRECOGNISED } from '../../requests/requester.ts';
import { PARTITION_ENDPOINTS } from '../partition-endpoints.ts';
import { readTemplateBaseUrl } from '../template-address.ts';
import type { DeploymentConfig, Partition } from './deployment-config.ts';
import { hardeningContradictions } from './hardening-problems.ts';
import { limitContradictions } from './limits.ts';
import type { ConfigProblem } from './problem.ts';
import { requesterContradictions } from './requesters.ts';
import { scheduleContradictions } from './schedules.ts';

/** Finds the contradictions in a configuration: values that are each valid but cannot be meant together. */
export function contradictionsOf(config: DeploymentConfig): readonly ConfigProblem[] {
  return [
    ...placeholders(config),
    ...regionProblem(config),
    ...templateProblem(config),
    ...nameProblems(config),
    ...dedicatedProblem(config),
    ...requesterContradictions(config),
    ...scheduleContradictions(config),
    ...canaryProblems(config),
    ...limitContradictions(config),
    ...hardeningContradictions(config),
  ];
}

/** The placeholders in the `config/prod.yml` that we ship; they are refused so that nobody deploys the example. */
const PLACEHOLDER = /replace-?me|(?<!\d)0{12}(?!\d)/;

/** Every text of the configuration, at any depth, that still holds a placeholder. */
function placeholders(value: unknown, path = ''): readonly ConfigProblem[] {
  if (typeof value === 'string') {
    if (!PLACEHOLDER.test(value)) return [];
    const what = `${JSON.stringify(value)} is a placeholder of the example; expected what is yours`;
    return [
      { code: 'config.placeholder', path, what, whatToDo: 'Replace it; what is optional may be left out instead.' },
    ];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const step = Array.isArray(value) ? `[${key}]` : `.${key}`;
    return placeholders(member, `${path}${step}`.replace(/^\./, ''));
  });
}

function regionProblem({ homeRegion, partition }: DeploymentConfig): readonly ConfigProblem[] {
  if (partitionOf(homeRegion) === partition) return [];
  return [
    {
      code: 'config.regionForeign',
      path: 'homeRegion',
      what: `${homeRegion} is not a region of the partition ${partition}; expected one of its own`,
      whatToDo: 'Correct whichever is wrong: a deployment serves the partition that it stands in.',
    },
  ];
}

/** CloudFormation only takes templates from S3, and only from the S3 of its own partition. */
function templateProblem({ templateBaseUrl, partition }: DeploymentConfig): readonly ConfigProblem[] {
  if (templateBaseUrl === undefined || readTemplateBaseUrl(templateBaseUrl, partition) !== undefined) return [];
  const { s3 } = PARTITION_ENDPOINTS[partition];
  return [
    {
      code: 'config.templateBaseUrlForeign',
      path: 'templateBaseUrl',
      what:
        `is ${JSON.stringify(templateBaseUrl)}; expected https://<bucket>.s3.<region>.${s3}, a region of ${partition} ` +
        'and a bucket without dots',
      whatToDo: 'Name a bucket of that partition: CloudFormation takes templates from S3 alone.',
    },
  ];
}

function nameProblems({ requesters }: DeploymentConfig): readonly ConfigProblem[] {
  const names = requesters.map(({ name }) => name);
  return names.flatMap((name, index): readonly ConfigProblem[] => {
    const path = `requesters[${index}].name`;
    const first = names.indexOf(name);
    const shown = JSON.stringify(name);
    if (name === UNRECOGNISED) {
      const what = `${shown} is what strangers are recorded as; expected another name`;
      return [
        { code: 'config.nameReserved', path, what, whatToDo: 'Rename it: the ledger could not tell it from them.' },
      ];
    }
    if (first === index) return [];
    const what = `${shown} is also the name of requesters[${first}]; expected a name of its own`;
    return [{ code: 'config.nameTaken', path, what, whatToDo: 'Rename one: requests are recorded under it.' }];
  });
}

/**
 * A dedicated deployment registers one tenant and refuses all others, so a requester that is bound to a second tenant
 * could never ask.
 */
function dedicatedProblem({ mode, requesters }: DeploymentConfig): readonly ConfigProblem[] {
  const named = requesters.flatMap(({ tenants }) => (tenants === 'all' ? [] : tenants));
  const distinct = [...new Set(named)];
  if (mode !== 'dedicated' || distinct.length < 2) return [];
  return [
    {
      code: 'config.tenantsOfDedicated',
      path: 'mode',
      what: `is dedicated, and requesters name the tenants ${distinct.join(', ')}; expected one tenant`,
      whatToDo: 'Name the one customer, or choose shared: a dedicated deployment registers no second one.',
    },
  ];
}

/** No role can be connected in a forbidden account, so a canary there could never raise an alarm. */
function canaryProblems({ canaryAccounts, forbiddenAccountIds }: DeploymentConfig): readonly ConfigProblem[] {
  return canaryAccounts.flatMap((accountId, index): readonly ConfigProblem[] => {
    if (!forbiddenAccountIds.includes(accountId)) return [];
    return [
      {
        code: 'config.canaryForbidden',
        path: `canaryAccounts[${index}]`,
        what: `${accountId} is in forbiddenAccountIds; expected an account in which a role can be connected`,
        whatToDo:
          'Take it out of one of them: nothing is ever issued for a forbidden account, so that no canary there rings.',
      },
    ];
  });
}

/**
 * The partition of a region; undefined for partitions that the broker does not serve. Source: AWS General Reference,
 * "Partitions".
 */
function partitionOf(region: string): Partition | undefined {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return /^us-iso|^eu-iso/.test(region) ? undefined : 'aws';
}
