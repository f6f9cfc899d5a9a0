import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import type { AccountName, Connection, Ground } from './ground.ts';

type Place = Pick<Ground, 'where' | 'region' | 'suffix' | 'accounts' | 'removals' | 'nowMs' | 'pass'>;

import { assume, makeRole, type Statement, trusts } from './roles.ts';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 2_000;

/** A session of a new role of the broker's account, or of the tenant's, with these permissions and no others. */
export async function sessionWith(
  ground: Place,
  name: string,
  statements: readonly Statement[],
  account: AccountName = 'broker',
): Promise<Connection> {
  const role = await makeRole(ground, { account, name, trust: [trusts(ground, account)], statements });
  return assumeInTime(ground, ground.accounts[account].administrator, { RoleArn: role.arn });
}

/** A session of a role that may have been made a moment ago: IAM takes its time to know of it. */
export async function assumeInTime(ground: Place, ...call: Parameters<typeof assume>): Promise<Connection> {
  const untilMs = ground.nowMs() + PATIENCE_MS;
  for (;;) {
    try {
      return connectionOf(ground, await assume(...call));
    } catch (error) {
      if (ground.where === 'embedded' || ground.nowMs() >= untilMs) throw error;
      await ground.pass(PAUSE_MS);
    }
  }
}

export function connectionOf(ground: Place, { Credentials: given }: AssumeRoleCommandOutput): Connection {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = given ?? {};
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) {
    throw new Error('AssumeRole answered without credentials');
  }
  const { endpoint } = ground.accounts.broker.administrator;
  const place = { region: ground.region, ...(endpoint !== undefined && { endpoint }) };
  return { ...place, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}
