/** JSON as it stands in the template: plain values and CloudFormation's intrinsic functions. */
export type TemplateValue =
  | string
  | number
  | boolean
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** An IAM ARN in the stack's partition. */
export function iamArn({ account, resource }: { account: string; resource: string }): TemplateValue {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:${resource}` };
}

/** The stack's account, as a part of an ARN. */
export const ownAccount = '${AWS::AccountId}';
