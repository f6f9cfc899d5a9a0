import type { DeploymentConfig } from './deployment-config.ts';
import type { HardeningSettings } from './hardening.ts';
import type { ConfigProblem } from './problem.ts';

/** Finds the settings of `hardening` that contradict each other or the rest of the configuration. */
export function hardeningContradictions(config: DeploymentConfig): readonly ConfigProblem[] {
  const { hardening } = config;
  if (hardening === undefined) return [];
  return [
    ...networkProblem(config),
    ...zoneProblems(config),
    ...boundaryProblem(config),
    ...archiveAccountProblems(hardening, config),
    ...consentProblems(config),
  ];
}

/** Other partitions have other names for endpoints, and the names here are not known to be right for them. */
const PARTITIONS_WITH_NETWORK: readonly string[] = ['aws', 'aws-us-gov'];

function networkProblem({ hardening, partition }: DeploymentConfig): readonly ConfigProblem[] {
  if (hardening?.vpc === undefined || PARTITIONS_WITH_NETWORK.includes(partition)) return [];
  return [
    {
      code: 'config.networkUnsupported',
      path: 'hardening.vpc',
      what: `is there in the partition ${partition}; expected it in ${PARTITIONS_WITH_NETWORK.join(' or ')} alone`,
      whatToDo: 'Leave it out: the endpoints of that partition have names that the template does not know.',
    },
  ];
}

/**
 * A zone's name is its region and a letter; local zones and those in networks of others have neither Lambda nor
 * endpoints.
 */
function zoneProblems({ hardening, homeRegion }: DeploymentConfig): readonly ConfigProblem[] {
  const { zones, zoneNames } = hardening?.vpc ?? {};
  if (zoneNames === undefined) return [];
  const problem = { code: 'config.zoneUnfit', whatToDo: 'Name each zone once, as many as zones says.' } as const;
  const path = 'hardening.vpc.zoneNames';
  const foreign = zoneNames.flatMap((name, index) => {
    const isOwn = name.startsWith(homeRegion) && /^[a-z]$/.test(name.slice(homeRegion.length));
    const what = `is ${JSON.stringify(name)}; expected a zone of ${homeRegion}, such as ${homeRegion}a`;
    return isOwn ? [] : [{ ...problem, path: `${path}[${index}]`, what }];
  });
  const isCounted = zoneNames.length === zones && new Set(zoneNames).size === zones;
  return isCounted
    ? foreign
    : [...foreign, { ...problem, path, what: `is ${zoneNames.join(', ')}; expected ${zones} different zones` }];
}

function boundaryProblem({ hardening, partition }: DeploymentConfig): readonly ConfigProblem[] {
  const arn = hardening?.permissionsBoundaryArn;
  const found = arn?.split(':')[1];
  if (found === undefined || found === partition) return [];
  return [
    {
      code: 'config.boundaryForeign',
      path: 'hardening.permissionsBoundaryArn',
      what: `is a policy of the partition ${found}; expected one of ${partition}`,
      whatToDo: "Name a policy of the broker's account.",
    },
  ];
}

function archiveAccountProblems(
  { archiveAccount, permissionsBoundaryArn }: HardeningSettings,
  { forbiddenAccountIds }: DeploymentConfig,
): readonly ConfigProblem[] {
  if (archiveAccount === undefined) return [];
  const { accountId } = archiveAccount;
  const path = 'hardening.archiveAccount.accountId';
  // A boundary must be a policy of the account whose roles it bounds, which is the broker's.
  if (permissionsBoundaryArn?.split(':')[4] === accountId) {
    const what = `is ${accountId}, which is the broker's own account by hardening.permissionsBoundaryArn; expected another`;
    return [
      { code: 'config.archiveAccountOwn', path, what, whatToDo: 'Name an account that is not administered with it.' },
    ];
  }
  if (forbiddenAccountIds.includes(accountId)) return [];
  return [
    {
      code: 'config.archiveAccountOpen',
      path,
      what: `is ${accountId}, which is not in forbiddenAccountIds; expected it there`,
      whatToDo: 'Add it: it is an account of yours, and a role of it could be connected as a customer’s.',
    },
  ];
}

function consentProblems({ hardening, partition }: DeploymentConfig): readonly ConfigProblem[] {
  const principals = hardening?.roleConsent?.principals ?? [];
  return principals.flatMap((principal, index): readonly ConfigProblem[] => {
    const [, found] = principal.startsWith('arn:') ? principal.split(':') : [];
    if (found === undefined || found === partition) return [];
    return [
      {
        code: 'config.principalForeign',
        path: `hardening.roleConsent.principals[${index}]`,
        what: `is of the partition ${found}; expected ${partition}`,
        whatToDo: 'No credentials are good in another partition: remove it.',
      },
    ];
  });
}
