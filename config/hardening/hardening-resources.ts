import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { VpcSettings } from '../../lib/platform/deployment-config/hardening.ts';
import type { TemplateValue } from '../template/template-value.ts';
import type { EndpointAccess } from './endpoint-access.ts';
import { isolatedJobs } from './isolated-jobs.ts';
import { networkResources, subnetIds, vpcConfig } from './network.ts';
import { endpointId, networkEndpoints } from './network-endpoints.ts';
import { joinPolicyId, networkFunctions, networkRolePolicies } from './network-roles.ts';
import { revokedSessions } from './revoked-sessions.ts';

type Values = Record<string, TemplateValue>;
/** A part of `resources` in serverless.yml; `extensions` add to resources that another part or the framework makes. */
type Part = { readonly Resources?: Values; readonly Outputs?: Values; readonly extensions?: Values };
type Place = EndpointAccess & {
  readonly stage: string;
  readonly root: string;
  readonly jobNames: readonly string[];
};

/** What the settings of `hardening` add to the template; nothing where there are none. */
export function hardeningResources({ hardening }: Pick<DeploymentConfig, 'hardening'>, place: Place): Part {
  const { vpc, permissionsBoundaryArn: boundary, tenantIsolation, onRevokedSessions } = hardening ?? {};
  return merged([
    vpc === undefined ? {} : network(vpc, place),
    boundary === undefined ? {} : { extensions: bounded(boundary, place.root) },
    tenantIsolation === true ? { extensions: isolatedJobs(place.jobNames) } : {},
    onRevokedSessions === 'pause' ? revokedSessions(place) : {},
  ]);
}

/** No two parts have or extend the same resource. */
function merged(parts: readonly Part[]): Part {
  const all = (name: keyof Part) => {
    const values: Values = Object.assign({}, ...parts.map((part) => part[name]));
    return Object.keys(values).length === 0 ? {} : { [name]: values };
  };
  return { ...all('Resources'), ...all('Outputs'), ...all('extensions') };
}

function network(vpc: VpcSettings, place: Place): Part {
  const joins = networkFunctions.map(({ id }) => joinPolicyId(id));
  const endpoints = networkEndpoints(vpc, { ...place, after: joins });
  // A function that joins the network before its ways out exist would fail.
  const waysOut = [...Object.keys(endpoints), ...subnetIds(vpc).map((id) => `${id}Routes`)];
  return {
    Resources: { ...networkResources(vpc, { ...place, joins }), ...endpoints, ...networkRolePolicies(place) },
    Outputs: {
      NetworkStsEndpointId: {
        Description: 'The only endpoint through which tenants are assumed; aws:SourceVpce of each call',
        Value: { Ref: endpointId('sts') },
      },
    },
    extensions: Object.fromEntries(
      networkFunctions.map(({ id, functionId }) => [
        functionId,
        { Properties: { VpcConfig: vpcConfig(vpc) }, DependsOn: [joinPolicyId(id), ...waysOut] },
      ]),
    ),
  };
}

/** Puts the boundary on every role; a test makes sure that none is left out. */
function bounded(boundary: string, root: string): Values {
  return Object.fromEntries(
    roleIds(root).map((id) => [id, { Properties: { PermissionsBoundary: boundary } }] as const),
  );
}

/** The logical ids of the roles in `config/resources`, found by the two lines with which each begins. */
function roleIds(root: string): readonly string[] {
  const files = globSync('config/resources/**/*.yml', { cwd: root }).sort();
  return files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(/^ {2}(\w+):\n {4}Type: AWS::IAM::Role$/gm)].map(([, id = '']) => id);
  });
}
