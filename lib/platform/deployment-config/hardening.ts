import * as v from 'valibot';
import {
  type RoleConsentSettings,
  roleConsentGuidance,
  roleConsentSchema,
  roleConsentSettings,
} from './role-consent.ts';
import type { SettingText } from './settings.ts';

/**
 * Protection that a deployment can add: `hardening` of `config/<stage>.yml`. A part that is left out is not in force.
 */
export type HardeningSettings = {
  /**
   * The functions that assume tenants' roles run in a network of their own, and their roles are useless outside that
   * network.
   */
  readonly vpc?: VpcSettings;
  /** Bounds every role that the template makes. */
  readonly permissionsBoundaryArn?: string;
  /** Another account of the vendor, which holds the archive's bucket. */
  readonly archiveAccount?: ArchiveAccountSettings;
  /** No process of a job ever serves two tenants. */
  readonly tenantIsolation: boolean;
  /**
   * What happens when a customer ended the sessions of its role while a job was running. `record`: the run fails with a
   * code of its own. `pause`: in addition, the role is out of use until an operator lifts the pause.
   */
  readonly onRevokedSessions: 'record' | 'pause';
  /** A connected role is used only after a second person, one of these principals, has consented to the role. */
  readonly roleConsent?: RoleConsentSettings;
};

export type VpcSettings = {
  /** Private addresses (RFC 1918), from /16 to /26; the address before the slash is the first of the network. */
  readonly cidr: string;
  readonly zones: 2 | 3;
  /** The zones of the home region, as many as are wanted; if left out, the first ones. */
  readonly zoneNames?: readonly string[];
};

export type ArchiveAccountSettings = {
  readonly accountId: string;
  /** If left out, `credential-broker-<stage>-archive-<accountId>`. */
  readonly bucketName?: string;
};

const PRIVATE_NETWORK = /^(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}\/(?:1[6-9]|2[0-6])$/;

export const hardeningSchema = v.strictObject({
  vpc: v.exactOptional(
    v.strictObject({
      cidr: v.pipe(v.string(), v.regex(PRIVATE_NETWORK), v.check(isFirstAddress, 'the first address of its network')),
      zones: v.optional(v.picklist([2, 3]), 2),
      zoneNames: v.exactOptional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(40))), v.minLength(2), v.maxLength(3))),
    }),
  ),
  // A policy of an account, or a managed policy of AWS. Source: IAM API Reference, PutRolePermissionsBoundary.
  permissionsBoundaryArn: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^arn:aws(?:-cn|-us-gov|-eusc)?:iam::(?:\d{12}|aws):policy\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/),
      v.maxLength(2_048),
    ),
  ),
  archiveAccount: v.exactOptional(
    v.strictObject({
      accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
      bucketName: v.exactOptional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/))),
    }),
  ),
  tenantIsolation: v.optional(v.boolean(), false),
  onRevokedSessions: v.optional(v.picklist(['record', 'pause']), 'record'),
  roleConsent: v.exactOptional(roleConsentSchema),
});

/** Is the address before the slash the first of the network? AWS would silently take another one. */
function isFirstAddress(cidr: string): boolean {
  const [address = '', prefix = ''] = cidr.split('/');
  const octets = address.split('.').map(Number);
  const value = octets.reduce((before, octet) => before * 256 + octet, 0);
  return octets.every((octet) => octet <= 255) && value % 2 ** (32 - Number(prefix)) === 0;
}

/** The guidance for wrong settings of `hardening`: a part of `guidance.ts`. */
export const hardeningGuidance = {
  hardening: {
    expected:
      'vpc, permissionsBoundaryArn, archiveAccount, tenantIsolation, onRevokedSessions and roleConsent, or some of them',
    whatToDo: 'Leave out what is not to be added; docs/hardening.md says what each is for',
  },
  'hardening.vpc': {
    expected: 'cidr and perhaps zones and zoneNames',
    whatToDo: 'Leave it out to run without a network of its own',
  },
  'hardening.vpc.cidr': {
    expected: 'private addresses from /16 to /26 by their first address, such as 10.42.0.0/24',
    whatToDo: 'Choose addresses that none of your networks has, in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
  },
  'hardening.vpc.zones': { expected: '2 or 3', whatToDo: 'The default is 2' },
  'hardening.vpc.zoneNames': {
    expected: '2 or 3 names such as eu-west-1a',
    whatToDo: 'Name as many zones of the home region as zones says, or leave it out to take the first ones',
  },
  'hardening.permissionsBoundaryArn': {
    expected: 'the ARN of a managed policy',
    whatToDo: "Name a policy of the broker's account, or leave it out",
  },
  'hardening.archiveAccount': {
    expected: 'accountId and perhaps bucketName',
    whatToDo: "Leave it out to keep the archive in the broker's own account",
  },
  'hardening.archiveAccount.accountId': {
    expected: '12 digits in quotes',
    whatToDo: 'Quote the id, or YAML reads a number',
  },
  'hardening.archiveAccount.bucketName': {
    expected: '3 to 63 of a-z, 0-9 and inner hyphens',
    whatToDo: 'Leave it out to have it named after the stage and the account',
  },
  'hardening.tenantIsolation': { expected: 'true or false', whatToDo: 'The default is false' },
  'hardening.onRevokedSessions': { expected: 'record or pause', whatToDo: 'The default is record' },
  ...roleConsentGuidance,
} as const;

export const hardeningSettings: Readonly<Record<string, SettingText>> = {
  'hardening.vpc.cidr': {
    unit: 'network',
    meaning:
      'The addresses of a network without a way out, in which the functions that assume tenants’ roles run; their roles ' +
      'assume nothing from anywhere else.',
    whenWrong:
      'Changed later: the deployment fails, or calls are denied while the network is made anew: take it away first. Of a ' +
      'network that you have: nothing, as long as nobody joins the two.',
    leftOut: 'the functions run in no network of yours',
  },
  'hardening.vpc.zones': {
    unit: 'availability zones',
    meaning: 'In how many zones that network is.',
    whenWrong: '3: the endpoints cost half as much again. 2: with both away the broker stands still.',
  },
  'hardening.vpc.zoneNames': {
    unit: 'availability zones',
    meaning: 'Which zones of the home region those are.',
    whenWrong:
      'A zone without Lambda or without an endpoint, or another one later: the deployment fails, or is refused, and leaves ' +
      'everything as it was.',
    leftOut: 'the first zones of the region as the account sees them',
  },
  'hardening.permissionsBoundaryArn': {
    unit: 'ARN of a managed policy',
    meaning: 'The permissions boundary of every role that the deployment makes.',
    whenWrong:
      'Too narrow: functions are denied what they need, assuming tenants’ roles included. Gone: nothing can be deployed.',
    leftOut: 'the roles have none',
  },
  'hardening.archiveAccount.accountId': {
    unit: 'account id',
    meaning:
      'Another account of yours, in which the archive’s bucket lies, out of reach of administrators of the broker’s.',
    whenWrong:
      'Nothing is archived until the bucket is there. Set later: what was archived before stays in the old bucket, and ' +
      'each is verified by itself.',
    leftOut: 'the archive lies in the broker’s own account',
  },
  'hardening.archiveAccount.bucketName': {
    unit: 'bucket',
    meaning: 'The name of that bucket.',
    whenWrong: 'Nothing is archived: the bucket is not there, or is another account’s.',
    leftOut: 'named after the stage and that account',
  },
  'hardening.tenantIsolation': {
    unit: 'true or false',
    meaning: 'Whether Lambda keeps the processes of a job apart by tenant.',
    whenWrong:
      'true: jobs start cold more often, and each such process costs extra. Changed later: the functions of the jobs have ' +
      'to be made anew.',
  },
  'hardening.onRevokedSessions': {
    unit: 'choice',
    meaning:
      'When a customer ends the sessions of its role under a job that runs. record: the run has failed, with a code of its ' +
      'own. pause: the role is also put out of use until an operator lifts that.',
    whenWrong:
      'pause: a job that lies can pause its own tenants. record: the next run goes on with a role whose customer has just ' +
      'ended its sessions.',
  },
  ...roleConsentSettings,
};
