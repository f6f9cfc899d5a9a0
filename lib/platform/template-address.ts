import type { Partition } from './deployment-config/deployment-config.ts';
import { PARTITION_ENDPOINTS } from './partition-endpoints.ts';

/** The place of the customers' templates in S3, read from `templateBaseUrl`. */
export type TemplateAddress = {
  readonly bucket: string;
  readonly region: string;
  /** The prefix of the keys of the templates: empty, or ending with a slash. */
  readonly keyPrefix: string;
};

/** The allowed form: HTTPS, a host, plain path segments, and no slash at the end. */
export const TEMPLATE_BASE_URL = /^https:\/\/[a-z0-9.-]{1,255}(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){0,8}$/;
/**
 * A dot in the name would not match the certificate of the host. Source: S3 User Guide, "General purpose bucket naming
 * rules".
 */
const BUCKET = '[a-z0-9][a-z0-9-]{1,61}[a-z0-9]';

/**
 * Parses `templateBaseUrl`: `https://<bucket>.s3.<region>.<suffix>[/…]` or `https://s3.<region>.<suffix>/<bucket>[/…]`.
 * Undefined for anything else, such as S3 of another partition, from which CloudFormation takes no template.
 */
export function readTemplateBaseUrl(text: string, partition: Partition): TemplateAddress | undefined {
  if (!TEMPLATE_BASE_URL.test(text)) return undefined;
  const [host = '', ...segments] = text.slice('https://'.length).split('/');
  const { s3, region: regions } = PARTITION_ENDPOINTS[partition];
  const form = new RegExp(`^(?:(${BUCKET})\\.)?s3\\.([a-z0-9-]+)\\.${s3.replaceAll('.', '\\.')}$`);
  const [, hostBucket, region = ''] = form.exec(host) ?? [];
  const [bucket = '', ...folders] = hostBucket === undefined ? segments : [hostBucket, ...segments];
  if (!regions.test(region) || !new RegExp(`^${BUCKET}$`).test(bucket)) return undefined;
  return { bucket, region, keyPrefix: folders.map((folder) => `${folder}/`).join('') };
}
