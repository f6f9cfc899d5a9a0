import type { DeployedTemplate, TemplateResource } from './deployed-template.ts';

/**
 * The template with the names of its buckets written out, without `Fn::Sub`: CloudFormation takes over existing
 * resources only under static names. The written-out name is the same name, so that the next deployment without it
 * changes nothing. Source: CloudFormation User Guide, "Import AWS resources into a CloudFormation stack automatically".
 */
export function withStaticNames(template: DeployedTemplate, accountId: string): DeployedTemplate {
  const written = Object.entries(template.Resources).map(
    ([id, resource]) => [id, nameWrittenOut(resource, accountId)] as const,
  );
  return { ...template, Resources: Object.fromEntries(written) };
}

function nameWrittenOut(resource: TemplateResource, accountId: string): TemplateResource {
  const name = resource.Type === 'AWS::S3::Bucket' ? patternOf(resource.Properties['BucketName']) : undefined;
  if (name === undefined) return resource;
  const BucketName = name.replaceAll('${AWS::AccountId}', accountId);
  return { ...resource, Properties: { ...resource.Properties, BucketName } };
}

function patternOf(name: unknown): string | undefined {
  if (typeof name !== 'object' || name === null || !('Fn::Sub' in name)) return undefined;
  return typeof name['Fn::Sub'] === 'string' ? name['Fn::Sub'] : undefined;
}
