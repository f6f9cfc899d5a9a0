/** The packaged template has something that the embedded stack cannot do as AWS would; the message names the place. */
export class TemplateError extends Error {
  readonly logicalId: string;
  constructor(logicalId: string, problem: string) {
    super(`packaged template, resource ${logicalId}: ${problem}`);
    this.name = 'TemplateError';
    this.logicalId = logicalId;
  }
}
