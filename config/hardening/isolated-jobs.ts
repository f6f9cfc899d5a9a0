import type { TemplateValue } from '../template/template-value.ts';

/**
 * Lambda's tenant isolation mode for the functions of jobs, by logical id; the framework has no setting for it. A
 * function cannot change into the mode or out of it: CloudFormation would replace it, which its fixed name forbids, so
 * that an update fails instead of taking a function away. Source: CloudFormation Template Reference,
 * AWS::Lambda::Function TenancyConfig.
 */
export function isolatedJobs(jobNames: readonly string[]): Record<string, TemplateValue> {
  const isolated: TemplateValue = { Properties: { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } } };
  return Object.fromEntries(jobNames.map((name) => [functionId(name), isolated]));
}

/** The logical id that the framework gives to a function in the template. */
function functionId(functionName: string): string {
  const normalised = functionName.replaceAll('-', 'Dash');
  return `${normalised.charAt(0).toUpperCase()}${normalised.slice(1)}LambdaFunction`;
}
