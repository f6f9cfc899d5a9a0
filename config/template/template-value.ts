/** JSON as it stands in the template: plain values and CloudFormation's intrinsic functions. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** An ARN of IAM, in the partition of the stack. */
export function iamArn({ account, resource }: { account: string; resource: string }): TemplateValue {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:${resource}` };
}

/** Stands in an ARN for the account of the stack. */
export const ownAccount = '${AWS::AccountId}';
