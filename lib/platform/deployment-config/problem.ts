/** One problem that prevents the deployment of `config/<stage>.yml`. */
export type ConfigProblem = {
  readonly code: ConfigProblemCode;
  /** The path of the setting, such as `requesters[0].name`; `the file` if the problem is the file itself. */
  readonly path: string;
  /** What was found in the setting, and what is expected. */
  readonly what: string;
  /** A sentence, with its full stop. */
  readonly whatToDo: string;
};

export type ConfigProblemCode = keyof typeof configProblemCodes;

/** The closed table of codes and their meanings. `docs/configuration.md` has the same table. */
export const configProblemCodes = {
  'config.settingMissing': 'A setting that has no default is not there.',
  'config.settingUnknown': 'There is no such setting: it is misspelt or misplaced.',
  'config.valueInvalid': 'The value does not have the form of the setting, or is not in its range.',
  'config.placeholder': 'The value is one of the example, which is to be replaced.',
  'config.regionForeign': 'The region is of another partition than the deployment.',
  'config.templateBaseUrlForeign': 'The templates would lie where CloudFormation does not take them from.',
  'config.nameTaken': 'Two requesters, or two schedules, have one name.',
  'config.nameReserved': 'The name or the source is one that the broker or AWS keeps to itself.',
  'config.principalForeign': 'The principal is of an account or a partition from which it could never ask.',
  'config.requesterAmbiguous': 'Two requesters are recognised by the same thing: each could ask as the other.',
  'config.requesterUnreachable':
    'Nobody can ever be this requester: its schedule does not exist or asks for another job.',
  'config.scheduleUnasked': 'No requester is recognised by the schedule: all that it asks for would be refused.',
  'config.scheduleInvalid': 'EventBridge would not take the expression.',
  'config.spreadTooLong': 'The schedule comes again before what it asked for is out.',
  'config.jobUnknown': 'There is no such job.',
  'config.jobContradictory': 'A job of the catalogue contradicts itself: its event age, its session, its time-out.',
  'config.tenantsOfDedicated': 'A deployment for one customer names several.',
  'config.canaryForbidden': 'The decoy account is one in which nothing can be issued, so that it never rings.',
  'config.networkUnsupported': 'The partition has endpoints that the template of the network does not know.',
  'config.zoneUnfit': 'The zones of the network are not of the home region, or not as many as there are to be.',
  'config.boundaryForeign': 'The permissions boundary is of another partition: no role can have it.',
  'config.archiveAccountOwn': 'The account that is to keep the archive is the broker’s own.',
  'config.archiveAccountOpen': 'In the account that is to keep the archive a customer’s role could be connected.',
  'config.retentionTooShort': 'The archive lets go of a request while the same request could still be taken again.',
  'config.limitUnreachable': 'Another setting is lower: the limit would never brake anything.',
} as const satisfies Readonly<Record<`config.${string}`, string>>;

/** The problem in one line. */
export function lineOf({ path, what, whatToDo }: ConfigProblem): string {
  return `${path}: ${what}. ${whatToDo}`;
}

/** The error that stops a command or the packaging; it holds every problem at once. */
export class DeploymentConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(stage: string, problems: readonly ConfigProblem[]) {
    const lines = [...new Set(problems.map((problem) => `  - ${lineOf(problem)}`))];
    super(`config/${stage}.yml cannot be deployed:\n${lines.join('\n')}`);
    this.name = 'DeploymentConfigError';
    this.problems = problems;
  }
}
