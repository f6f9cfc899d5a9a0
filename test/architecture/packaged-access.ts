import { readFileSync } from 'node:fs';
import { packageStage } from '../../config/package/package-stage.ts';
import { type AccessCheck, decideAccess } from '../../local/iam/authorize.ts';
import type { Caller } from '../../local/iam/caller.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../local/iam/policy-document.ts';
import { resolveIntrinsics } from '../../local/template/intrinsics.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { createReferenceScope, type TemplateResource } from '../../local/template/references.ts';
import type { RoleWiring, Wiring } from '../../local/template/wiring.ts';

/** Asks the policies of the packaged template what they allow, as the embedded stack evaluates them. */
export const OWN = '111111111111';
export const TENANT = '222222222222';
export const prefix = 'credential-broker-local';
export const region = 'eu-west-1';

const place = { accountId: OWN, region, partition: 'aws', endpoint: 'http://localhost' };

export async function readPackagedWiring(): Promise<Wiring> {
  return readTemplate(await readPackagedTemplate(), place);
}

/** A managed policy of the template, which nothing of the deployment attaches: people do. */
export async function readManagedPolicy(logicalId: string): Promise<PolicyDocument> {
  const { Resources } = await readPackagedTemplate();
  const resources = new Map(
    Object.entries(Resources).map(([id, { Type, Properties }]): [string, TemplateResource] => [
      id,
      { logicalId: id, type: Type, properties: Properties },
    ]),
  );
  const scope = createReferenceScope(resources, place);
  const document = resolveIntrinsics(resources.get(logicalId)?.properties['PolicyDocument'], scope, logicalId);
  if (typeof document !== 'object' || document === null) throw new Error(`the template has no policy ${logicalId}`);
  return parsePolicyDocument(document, 'identity');
}

type Template = { readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };

async function readPackagedTemplate(): Promise<Template> {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  return JSON.parse(readFileSync(templatePath, 'utf8'));
}

export function anyone(arn: string, identityPolicies: readonly PolicyDocument[]): Caller {
  return {
    kind: 'session',
    accountId: arn.split(':')[4] ?? '',
    arn,
    principalArn: arn,
    userId: 'AROATEST:session',
    accessKeyId: 'ASIATEST',
    identityPolicies: () => identityPolicies,
  };
}

/** Who a function is when it runs. */
export function runnerOf(roles: readonly RoleWiring[], functionName: string): Caller {
  const role = roles.find(({ name }) => name === `${prefix}-${functionName}`);
  if (role === undefined) throw new Error(`no role of ${functionName}`);
  return anyone(role.arn, Object.values(role.policies));
}

export const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** A person of our own account whose IAM policies allow everything. */
export function administrator(): Caller {
  return anyone(`arn:aws:iam::${OWN}:role/administrator`, [everything]);
}

export const eventsService: Caller = {
  ...anyone('events.amazonaws.com', []),
  kind: 'service',
  accountId: '',
};

type Question = Partial<AccessCheck> & Pick<AccessCheck, 'caller' | 'action' | 'resource'>;

export function isAllowed(question: Question): boolean {
  return decideAccess({ resourceAccountId: OWN, region, sourceIp: '127.0.0.1', ...question }, 0).allowed;
}
