import { PARTITION_ENDPOINTS, type PartitionEndpoints } from '../../platform/partition-endpoints.ts';
import { DEFAULT_ROLE_NAME, type TrustTemplate } from './trust-template.ts';

export type QuickCreateInput = {
  /** Where the customer's stack is to stand; the role itself is in every region. */
  readonly region: string;
  /** Where the rendered template lies: an HTTPS address of S3 in the same partition. */
  readonly templateUrl: string;
  readonly stackName: string;
};

const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/**
 * A link that opens CloudFormation's console with the template and, where there is one, the external ID filled in. The
 * customer can change whatever it fills in: what comes of it is proven by probes, never believed. Throws on what may not
 * stand in a link.
 * Source: CloudFormation User Guide, "Create quick-create links for stacks": the parameters stand in the fragment.
 */
export function quickCreateLink(template: TrustTemplate, input: QuickCreateInput): string {
  const { region, templateUrl, stackName } = input;
  const { partition, externalIds } = template.terms;
  const endpoints = PARTITION_ENDPOINTS[partition];
  if (!endpoints.region.test(region)) throw new Error(`${JSON.stringify(region)} is not a region of ${partition}`);
  if (!STACK_NAME.test(stackName)) throw new Error('CloudFormation takes no stack of this name');
  checkTemplateUrl(templateUrl, endpoints);
  const parameters = [
    ['templateURL', templateUrl],
    ['stackName', stackName],
    ...(externalIds === undefined ? [] : [['param_ExternalId', externalIds.current]]),
    ...(externalIds?.next === undefined ? [] : [['param_NextExternalId', externalIds.next]]),
  ];
  const query = parameters.map((pair) => pair.map((text) => encodeURIComponent(text)).join('=')).join('&');
  const console = `https://${region}.${endpoints.console}/cloudformation/home?region=${region}`;
  return `${console}#/stacks/create/review?${query}`;
}

/** What the customer's stack is called: as its role where CloudFormation takes that, so that several may stand together. */
export function stackNameOf({ roleName }: Pick<TrustTemplate, 'roleName'>): string {
  return STACK_NAME.test(roleName) ? roleName : DEFAULT_ROLE_NAME;
}

/** CloudFormation takes templates from S3 alone, and from its own partition's. */
function checkTemplateUrl(text: string, { s3, region }: PartitionEndpoints): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress = url?.href === text && url.protocol === 'https:' && url.hash === '' && url.pathname !== '/';
  const isPlain = url?.username === '' && url.password === '' && url.port === '';
  const host = url?.hostname.endsWith(`.${s3}`) ? url.hostname.slice(0, -s3.length - 1) : '';
  const bucketRegion = /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.)?s3\.([a-z0-9-]+)$/.exec(host)?.[1] ?? '';
  const isS3 = region.test(bucketRegion);
  if (!isAddress || !isPlain || !isS3)
    throw new Error(`the template does not lie at an HTTPS address of S3 below ${s3}`);
}
