/** A deployment that must not be: what is in the way, a sentence each, with what to do about it. Nothing was changed. */
export class DeploymentRefused extends Error {
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(['Nothing was deployed:', ...reasons.map((reason) => `  - ${reason}`)].join('\n'));
    this.name = 'DeploymentRefused';
    this.reasons = reasons;
  }
}
