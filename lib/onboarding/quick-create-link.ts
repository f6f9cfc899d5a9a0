import type { Partition } from '../platform/deployment-config.ts';
import type { TrustTemplate } from './trust-template.ts';

export type QuickCreateInput = {
  /** Where the customer's stack is to stand; the role itself is in every region. */
  readonly region: string;
  /** Where the rendered template lies: an HTTPS address of S3 in the same partition. */
  readonly templateUrl: string;
  readonly stackName: string;
};

type Endpoints = { readonly console: string; readonly s3: string; readonly region: RegExp };

/** Sources: AWS General Reference, "Partitions"; the console's addresses in each partition's own user guide. */
const ENDPOINTS: Readonly<Record<Partition, Endpoints>> = {
  aws: {
    console: 'console.aws.amazon.com',
    s3: 'amazonaws.com',
    region: /^(?!us-gov-|us-iso|eu-iso|cn-|eusc-)[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/,
  },
  'aws-cn': { console: 'console.amazonaws.cn', s3: 'amazonaws.com.cn', region: /^cn-[a-z]+-\d{1,2}$/ },
  'aws-us-gov': { console: 'console.amazonaws-us-gov.com', s3: 'amazonaws.com', region: /^us-gov-[a-z]+-\d{1,2}$/ },
  'aws-eusc': { console: 'console.amazonaws-eusc.eu', s3: 'amazonaws.eu', region: /^eusc-[a-z]{2}-[a-z]+-\d{1,2}$/ },
};

/**
 * A link that opens CloudFormation's console with the template and the external ID filled in. The customer can change
 * whatever it fills in: what comes of it is proven by probes, never believed. Throws on what may not stand in a link.
 * Source: CloudFormation User Guide, "Create quick-create links for stacks": the parameters stand in the fragment.
 */
export function quickCreateLink(template: TrustTemplate, input: QuickCreateInput): string {
  const { region, templateUrl, stackName } = input;
  const { partition, externalIds } = template.terms;
  const endpoints = ENDPOINTS[partition];
  if (!endpoints.region.test(region)) throw new Error(`${JSON.stringify(region)} is not a region of ${partition}`);
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(stackName)) throw new Error('CloudFormation takes no stack of this name');
  checkTemplateUrl(templateUrl, endpoints);
  const parameters = [
    ['templateURL', templateUrl],
    ['stackName', stackName],
    ['param_ExternalId', externalIds.current],
    ...(externalIds.next === undefined ? [] : [['param_NextExternalId', externalIds.next]]),
  ];
  const query = parameters.map((pair) => pair.map((text) => encodeURIComponent(text)).join('=')).join('&');
  const console = `https://${region}.${endpoints.console}/cloudformation/home?region=${region}`;
  return `${console}#/stacks/create/review?${query}`;
}

/** CloudFormation takes templates from S3 alone, and from its own partition's. */
function checkTemplateUrl(text: string, { s3, region }: Endpoints): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress = url?.href === text && url.protocol === 'https:' && url.hash === '' && url.pathname !== '/';
  const isPlain = url?.username === '' && url.password === '' && url.port === '';
  const host = url?.hostname.endsWith(`.${s3}`) ? url.hostname.slice(0, -s3.length - 1) : '';
  const bucketRegion = /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\.)?s3\.([a-z0-9-]+)$/.exec(host)?.[1] ?? '';
  const isS3 = region.test(bucketRegion);
  if (!isAddress || !isPlain || !isS3)
    throw new Error(`the template does not lie at an HTTPS address of S3 below ${s3}`);
}
