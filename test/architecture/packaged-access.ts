import { readFileSync } from 'node:fs';
import { packageStage } from '../../config/package-stage.ts';
import { type AccessCheck, decideAccess } from '../../local/iam/authorize.ts';
import type { Caller } from '../../local/iam/caller.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import type { RoleWiring, Wiring } from '../../local/template/wiring.ts';

/** Asks the policies of the packaged template what they allow, as the embedded stack evaluates them. */
export const OWN = '111111111111';
export const TENANT = '222222222222';
export const prefix = 'credential-broker-local';
export const region = 'eu-west-1';

export async function readPackagedWiring(): Promise<Wiring> {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  const place = { accountId: OWN, region, partition: 'aws', endpoint: 'http://localhost' };
  return readTemplate(JSON.parse(readFileSync(templatePath, 'utf8')), place);
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
