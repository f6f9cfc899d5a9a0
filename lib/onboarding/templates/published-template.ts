import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import { sha256Hex } from '../../platform/ids.ts';
import { readTemplateBaseUrl, type TemplateAddress } from '../../platform/template-address.ts';
import { renderCloudFormation } from './render-cloudformation.ts';
import type { TrustTemplate } from './trust-template.ts';

/** A template in S3, from which quick-create links open it. */
export type PublishedTemplate = {
  readonly text: string;
  readonly url: string;
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
};

/**
 * Where a template lies, or is to be put. Its name is the SHA-256 of its text: a file that was published never changes
 * under a customer who has the link, and tenants with the same jobs and settings have the same file. It is made without
 * the external ID, which stands in the link alone. Throws where the deployment has no place for templates.
 */
export function publishedTemplate(
  template: TrustTemplate,
  deployment: Pick<DeploymentConfig, 'partition' | 'templateBaseUrl'>,
): PublishedTemplate {
  return publishedText(renderCloudFormation(template), deployment);
}

/** The same of a text that was rendered before. White space at its end is what a shell may have added or taken. */
export function publishedText(
  rendered: string,
  { partition, templateBaseUrl = '' }: Pick<DeploymentConfig, 'partition' | 'templateBaseUrl'>,
): PublishedTemplate {
  const address: TemplateAddress | undefined = readTemplateBaseUrl(templateBaseUrl, partition);
  if (address === undefined) throw new Error('templateBaseUrl is not set to an address of S3 in the partition');
  const text = `${rendered.trimEnd()}\n`;
  const name = `${sha256Hex(text)}.yaml`;
  const { bucket, region, keyPrefix } = address;
  return { text, url: `${templateBaseUrl}/${name}`, bucket, key: `${keyPrefix}${name}`, region };
}
