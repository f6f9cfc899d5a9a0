import { describe, expect, it } from 'vitest';
import { checkDeploymentConfig } from '../../../../lib/platform/deployment-config/deployment-config.ts';

function check(hardening: unknown, changes: Record<string, unknown> = {}) {
  return checkDeploymentConfig({
    deploymentId: 'test1',
    partition: 'aws',
    homeRegion: 'eu-west-1',
    requesters: [],
    hardening,
    ...changes,
  });
}

const problemsOf = (hardening: unknown) => check(hardening).problems.map(({ code, path }) => `${code} ${path}`);

describe('hardening', () => {
  it('is all off where nothing is said', () => {
    const off = { tenantIsolation: false, onRevokedSessions: 'record' };
    expect(check({}).config?.hardening).toEqual(off);
    expect(check(undefined).config?.hardening).toEqual(off);
  });

  it('can be all on', () => {
    const on = {
      vpc: {
        cidr: '172.31.255.192/26',
        zones: 3,
        zoneNames: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      },
      permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/limits/boundary',
      archiveAccount: { accountId: '444455556666', bucketName: 'our-archive' },
      tenantIsolation: true,
      onRevokedSessions: 'pause',
      roleConsent: { principals: ['role/security', 'user/team/grace', 'arn:aws:iam::222233334444:role/review-*'] },
    };
    const { config, problems } = check(on, { mode: 'dedicated', forbiddenAccountIds: ['444455556666'] });
    expect(problems).toEqual([]);
    expect(config?.hardening).toEqual(on);
  });

  it.each(['10.0.0.0/16', '10.255.0.0/26', '172.16.0.0/16', '192.168.0.0/16', '192.168.7.128/25'])(
    'takes the network %s, in two zones',
    (cidr) => {
      expect(check({ vpc: { cidr } }).config?.hardening?.vpc).toEqual({ cidr, zones: 2 });
    },
  );

  it.each([
    ['as many as zones says', { zones: 3, zoneNames: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }, []],
    ['two where nothing is said', { zoneNames: ['eu-west-1c', 'eu-west-1a'] }, []],
    ['more than zones says', { zoneNames: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }, ['zoneNames']],
    ['one twice', { zoneNames: ['eu-west-1a', 'eu-west-1a'] }, ['zoneNames']],
    ['one of another region', { zoneNames: ['eu-west-1a', 'eu-west-2a'] }, ['zoneNames[1]']],
    ['a local zone', { zoneNames: ['eu-west-1-lax-1a', 'eu-west-1a'] }, ['zoneNames[0]']],
    ['the region itself', { zoneNames: ['eu-west-1a', 'eu-west-1'] }, ['zoneNames[1]']],
  ])('is in zones of the home region that are named, each once: %s', (_, zones, wrong) => {
    const paths = wrong.map((name) => `config.zoneUnfit hardening.vpc.${name}`);
    expect(problemsOf({ vpc: { cidr: '10.42.0.0/24', ...zones } })).toEqual(paths);
  });

  it.each([
    ['an address of the internet', '8.8.8.0/24'],
    ['one beside the private ones', '172.32.0.0/16'],
    ['shared address space', '100.64.0.0/16'],
    ['too many addresses', '10.0.0.0/15'],
    ['too few', '10.0.0.0/27'],
    ['an address inside the network', '10.0.0.1/24'],
    ['an octet that there is not', '10.0.256.0/24'],
    ['no length', '10.0.0.0'],
  ])('refuses a network that is %s', (_, cidr) => {
    expect(new Set(problemsOf({ vpc: { cidr } }))).toEqual(new Set(['config.valueInvalid hardening.vpc.cidr']));
  });

  it.each([
    ['another number of zones', { vpc: { cidr: '10.0.0.0/24', zones: 4 } }, 'valueInvalid hardening.vpc.zones'],
    [
      'one zone that is named',
      { vpc: { cidr: '10.0.0.0/24', zoneNames: ['eu-west-1a'] } },
      'valueInvalid hardening.vpc.zoneNames',
    ],
    ['zones alone', { vpc: { zones: 2 } }, 'settingMissing hardening.vpc.cidr'],
    ['a role for a boundary', { permissionsBoundaryArn: 'arn:aws:iam::111122223333:role/x' }, 'permissionsBoundaryArn'],
    ['a wildcard in it', { permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/*' }, 'permissionsBoundaryArn'],
    ['an account that is a number', { archiveAccount: { accountId: 444455556666 } }, 'archiveAccount.accountId'],
    [
      'a bucket with dots',
      { archiveAccount: { accountId: '444455556666', bucketName: 'our.archive' } },
      'archiveAccount.bucketName',
    ],
    ['a word for a switch', { tenantIsolation: 'yes' }, 'hardening.tenantIsolation'],
    ['another reaction', { onRevokedSessions: 'ignore' }, 'hardening.onRevokedSessions'],
    ['consent of nobody', { roleConsent: { principals: [] } }, 'valueInvalid hardening.roleConsent.principals'],
    ['consent without who', { roleConsent: {} }, 'settingMissing hardening.roleConsent.principals'],
    ['consent as a switch', { roleConsent: true }, 'valueInvalid hardening.roleConsent'],
    [
      'consent of a session',
      { roleConsent: { principals: ['arn:aws:sts::111111111111:assumed-role/security/grace'] } },
      'valueInvalid hardening.roleConsent.principals[0]',
    ],
    ['consent of everybody', { roleConsent: { principals: ['role/*'] } }, 'hardening.roleConsent.principals[0]'],
    [
      'consent from another partition',
      { roleConsent: { principals: ['role/a', 'arn:aws-cn:iam::111111111111:role/a'] } },
      'config.principalForeign hardening.roleConsent.principals[1]',
    ],
    ['a misspelt setting', { VPC: {} }, 'settingUnknown hardening.VPC'],
  ])('refuses %s', (_, hardening, problem) => {
    expect(problemsOf(hardening)).toEqual([expect.stringContaining(problem)]);
  });
});
