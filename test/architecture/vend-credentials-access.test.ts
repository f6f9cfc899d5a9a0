import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessCheck } from '../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { Wiring } from '../../local/template/wiring.ts';
import { administrator, isAllowed, OWN, readPackagedWiring, runnerOf, TENANT } from './packaged-access.ts';

let wiring: Wiring;
beforeAll(async () => {
  wiring = await readPackagedWiring();
});

const vendor = () => runnerOf(wiring.roles, 'vend-credentials');
const tenantRole = `arn:aws:iam::${TENANT}:role/credential-broker/audit`;

/** What it may and must not do stands in test/least-privilege/functions/vend-credentials.ts. */
describe('vend-credentials', () => {
  it('has the name that tenants’ trust policies know', () => {
    expect(vendor().principalArn).toMatch(/:role\/credential-broker-local-vend-credentials$/);
  });

  it('is not what an administrator of the account could say in its name to a tenant', () => {
    const trust: PolicyDocument = {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${OWN}:root` },
          Action: 'sts:AssumeRole',
          Condition: { ArnEquals: { 'aws:PrincipalArn': vendor().principalArn } },
        },
      ],
    };
    const asked = { action: 'sts:AssumeRole', resource: tenantRole, resourceAccountId: TENANT };
    const answered = (caller: AccessCheck['caller']) =>
      isAllowed({
        ...asked,
        caller,
        resourcePolicy: trust,
        resourcePolicyDecides: true,
        context: { 'sts:ExternalId': 'x', 'aws:PrincipalArn': caller.principalArn },
      });
    expect([answered(vendor()), answered(administrator())]).toEqual([true, false]);
  });
});
