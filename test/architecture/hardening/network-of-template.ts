import type { PolicyDocument } from '../../../local/iam/policy-document.ts';
import { parsePolicyDocument } from '../../../local/iam/policy-document.ts';
import { resolveIntrinsics } from '../../../local/template/intrinsics.ts';
import { readTemplate } from '../../../local/template/read-template.ts';
import { createReferenceScope } from '../../../local/template/references.ts';
import type { Wiring } from '../../../local/template/wiring.ts';
import { OWN, region } from '../packaged-access.ts';
import { ofType, type Template, type TemplateResource } from './hardened-template.ts';

const place = { accountId: OWN, region, partition: 'aws', endpoint: 'http://localhost' };

/** What AWS would call an endpoint. */
export const endpointName = (logicalId: string) => `vpce-${logicalId}`;

export type NetworkReading = {
  /** With the policies that stand beside the roles as if they stood in them. */
  readonly wiring: Wiring;
  /** What each endpoint lets through, by its service. */
  readonly endpointPolicies: ReadonlyMap<string, PolicyDocument>;
};

/** Reads a template with a network, which the embedded stack has none of, as if the roles were all that it changes. */
export function readNetwork(template: Template): NetworkReading {
  const readable = withoutNetwork(template);
  const resources = new Map(
    Object.entries(readable.Resources).map(([logicalId, { Type: type, Properties: properties }]) => [
      logicalId,
      { logicalId, type, properties },
    ]),
  );
  const scope = createReferenceScope(resources, place);
  const policies = ofType(template, 'AWS::EC2::VPCEndpoint').map(([id, { Properties }]) => {
    const document = Object(resolveIntrinsics(Properties['PolicyDocument'], scope, id));
    return [serviceOf(Properties), parsePolicyDocument(document, 'resource')] as const;
  });
  return { wiring: readTemplate(readable, place), endpointPolicies: new Map(policies) };
}

function serviceOf({ ServiceName }: TemplateResource['Properties']): string {
  const { 'Fn::Sub': name } = Object(ServiceName);
  return String(name).replace('com.amazonaws.${AWS::Region}.', '');
}

function withoutNetwork(template: Template): Template {
  const beside = ofType(template, 'AWS::IAM::RolePolicy').map(([, { Properties }]) => Properties);
  const kept = Object.entries(template.Resources).flatMap(([id, resource]) => {
    if (/^AWS::(EC2::|IAM::RolePolicy$)/.test(resource.Type)) return [];
    const { VpcConfig: _, ...Properties } = resource.Properties;
    if (resource.Type !== 'AWS::IAM::Role') return [[id, { ...resource, Properties }] as const];
    const more = beside.filter(({ RoleName }) => Object(RoleName)['Ref'] === id);
    const Policies = [...Object(Properties['Policies'] ?? []), ...more.map(namedEndpoints)];
    return [[id, { ...resource, Properties: { ...Properties, Policies } }] as const];
  });
  return { ...template, Resources: Object.fromEntries(kept) };
}

/** The embedded stack knows no endpoint to refer to. */
function namedEndpoints({ PolicyName, PolicyDocument: document }: TemplateResource['Properties']): unknown {
  const text = JSON.stringify(document).replace(/\{"Ref":"(NetworkEndpoint\w+)"\}/g, (_, id: string) =>
    JSON.stringify(endpointName(id)),
  );
  return { PolicyName, PolicyDocument: JSON.parse(text) };
}
