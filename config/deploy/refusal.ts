/** A refused deployment or removal: each reason in a sentence, with what to do. Nothing of the stage was changed. */
export class DeploymentRefused extends Error {
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[], done: 'deployed' | 'removed' = 'deployed') {
    super([`Nothing was ${done}:`, ...reasons.map((reason) => `  - ${reason}`)].join('\n'));
    this.name = 'DeploymentRefused';
    this.reasons = reasons;
  }
}
