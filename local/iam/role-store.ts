import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { uniqueId } from './iam-ids.ts';
import type { PolicyDocument } from './policy-document.ts';
import { type Role, type RoleName, roleArn } from './role.ts';

export type RoleSpecification = RoleName & {
  readonly trustPolicy: PolicyDocument;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  /** 3,600 to 43,200; AWS's default is 3,600. */
  readonly maxSessionDurationSeconds?: number;
};

/** The roles of every emulated account, found by exact ARN, or by a name that is unique in its account. */
export type RoleStore = {
  /** Makes the role, or replaces its policies; a replaced role keeps its id and its sessions. */
  putRole(specification: RoleSpecification): Role;
  findRole(arn: string): Role | undefined;
  /** By name without path, in any case of letters, as AWS keeps role names unique. */
  findRoleByName(accountId: string, name: string): Role | undefined;
  /** The role's sessions keep their credentials and lose every permission. */
  deleteRole(arn: string): void;
};

export function createRoleStore(deps: {
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: StackIds;
  readonly partition: string;
}): RoleStore {
  const byArn = new Map<string, Role>();
  const arnByName = new Map<string, string>();
  const nameKey = (accountId: string, name: string) => `${accountId}/${name.toLowerCase()}`;
  return {
    putRole(specification) {
      const arn = roleArn(deps.partition, specification);
      const existing = byArn.get(arn);
      const role = {
        maxSessionDurationSeconds: 3600,
        ...specification,
        arn,
        roleId: existing?.roleId ?? uniqueId('AROA', deps.ids),
        createdAtMs: existing?.createdAtMs ?? deps.clock.nowMs(),
      };
      const key = nameKey(role.accountId, role.name);
      const holder = arnByName.get(key);
      if (holder !== undefined && holder !== arn) throw new Error(`${holder} already has the name of ${arn}`);
      byArn.set(arn, role);
      arnByName.set(key, arn);
      return role;
    },
    findRole: (arn) => byArn.get(arn),
    findRoleByName(accountId, name) {
      const arn = arnByName.get(nameKey(accountId, name));
      return arn === undefined ? undefined : byArn.get(arn);
    },
    deleteRole(arn) {
      const role = byArn.get(arn);
      if (role !== undefined) arnByName.delete(nameKey(role.accountId, role.name));
      byArn.delete(arn);
    },
  };
}
