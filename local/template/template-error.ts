/** The packaged template says something that the embedded stack cannot do as AWS would; names where it stands. */
export class TemplateError extends Error {
  readonly logicalId: string;
  constructor(logicalId: string, problem: string) {
    super(`packaged template, resource ${logicalId}: ${problem}`);
    this.name = 'TemplateError';
    this.logicalId = logicalId;
  }
}
