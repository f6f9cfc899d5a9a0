import type { Connection, Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeInTime, outcomeOf, told } from '../outcome.ts';
import { readPackaged } from '../packaged.ts';
import { assume, type MadeRole, makeRole, type Statement, trusts } from '../roles.ts';
import { sessionWith } from '../sessions.ts';

const EXTERNAL_ID = 'cb-live-0b7f5c1e';
const ASSUME_ANY: Statement = { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: '*' };

/** What the conditions of AssumeRole mean in the caller's own policy and in a customer's trust policy. */
export const assumeRoleChecks: readonly LiveCheck[] = [
  {
    name: 'null-external-id',
    question: 'Does Null on sts:ExternalId in the caller’s own policy keep it from assuming without one?',
    documents: 'Listed as a condition key of sts:AssumeRole; described for trust policies only.',
    asked: 'A role that trusts without a condition, by a caller with our two statements and by one without them.',
    expected: 'with: allowed · without: denied · without, by another caller: allowed',
    means: 'Otherwise a stolen broker role reaches customers’ roles that ask for no external ID.',
    async ask(ground) {
      const statements = await assumeStatements(ground, ['AssumeTenantRoles', 'DenyWithoutExternalId']);
      const ours = await sessionWith(ground, 'assume-ours', statements);
      const open = await sessionWith(ground, 'assume-open', [ASSUME_ANY]);
      const { arn } = await customerRole(ground, 'unconditional');
      const call = (by: Connection, ExternalId?: string) => () => assume(by, { RoleArn: arn, ExternalId });
      return told({
        with: await outcomeInTime(ground, call(ours, EXTERNAL_ID)),
        without: await outcomeOf(call(ours)),
        'without, by another caller': await outcomeInTime(ground, call(open)),
      });
    },
  },
  {
    name: 'requested-region',
    question: 'Does a Deny by aws:RequestedRegion hold AssumeRole to the home region’s endpoint?',
    documents: 'A global key, present for every request; the global endpoint counts as us-east-1.',
    asked: 'The same call at the endpoints of two regions.',
    expected: 'home: allowed · elsewhere: denied',
    means: 'Otherwise a call elsewhere is missing from the one trail that is watched.',
    async ask(ground) {
      const [allow, deny] = await assumeStatements(ground, ['AssumeTenantRoles', 'DenyOutsideHomeRegion']);
      const home = { StringNotEquals: { 'aws:RequestedRegion': ground.region } };
      const caller = await sessionWith(ground, 'region', [{ ...allow }, { ...deny, Condition: home }]);
      const { arn } = await customerRole(ground, 'region');
      const call = (region: string) => () => assume({ ...caller, region }, { RoleArn: arn, ExternalId: EXTERNAL_ID });
      return told({
        home: await outcomeInTime(ground, call(ground.region)),
        elsewhere: await outcomeOf(call(ground.otherRegion)),
      });
    },
  },
  {
    name: 'resource-account',
    question: 'Does aws:ResourceAccount on AssumeRole hold the account of the role?',
    documents: 'Present for most actions; STS is not among the exceptions that are named.',
    asked: 'A role of the customer and one of our own, by a caller with DenyOwnAccounts and not DenyOwnRoles.',
    expected: 'customer’s: allowed · our own: denied',
    means: 'Otherwise DenyOwnRoles, which goes by the ARN, is the only one that holds.',
    async ask(ground) {
      const statements = await assumeStatements(ground, ['AssumeTenantRoles', 'DenyOwnAccounts']);
      const caller = await sessionWith(ground, 'own-account', statements);
      const customers = await customerRole(ground, 'other-account');
      const own = await makeRole(ground, { ...trusting(ground, 'same-account'), account: 'broker' });
      const call = (RoleArn: string) => () => assume(caller, { RoleArn, ExternalId: EXTERNAL_ID });
      return told({
        'customer’s': await outcomeInTime(ground, call(customers.arn)),
        'our own': await outcomeOf(call(own.arn)),
      });
    },
  },
  {
    name: 'chained-duration',
    question: 'What does STS say to a chained session of more than an hour?',
    documents: 'The operation fails; the code is not named.',
    asked: '3,601 seconds of a role that allows twelve hours, by a session.',
    expected: '3600: allowed · 3601: ValidationError',
    means: 'Another code would be taken for a fault that passes, and tried again.',
    async ask(ground) {
      const caller = await sessionWith(ground, 'chaining', [ASSUME_ANY]);
      const { arn } = await customerRole(ground, 'chained', { maxSessionSeconds: 43_200 });
      const call = (DurationSeconds: number) => () => assume(caller, { RoleArn: arn, DurationSeconds });
      return told({
        '3600': await outcomeInTime(ground, call(3_600)),
        '3601': await outcomeOf(call(3_601)),
      });
    },
  },
  {
    name: 'one-statement-trust',
    question: 'Does a trust statement that asks an external ID of sts:TagSession too let anybody in?',
    documents: 'sts:TagSession has no sts:ExternalId among its condition keys.',
    asked: 'One statement for both actions with the condition, assumed with tags and without.',
    expected: 'without tags: allowed · with tags: denied',
    means: 'Allowed: the template’s two statements and the embedded stack are stricter than they need be.',
    async ask(ground) {
      const caller = await sessionWith(ground, 'tagging', [ASSUME_ANY]);
      const condition = { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } };
      const trust = [{ ...trusts(ground, 'broker', condition), Action: ['sts:AssumeRole', 'sts:TagSession'] }];
      const { arn } = await customerRole(ground, 'one-statement', { trust });
      const call = (tags: object) => () => assume(caller, { RoleArn: arn, ExternalId: EXTERNAL_ID, ...tags });
      return told({
        'without tags': await outcomeInTime(ground, call({})),
        'with tags': await outcomeOf(call({ Tags: [{ Key: 'TenantId', Value: 'acme' }] })),
      });
    },
  },
  {
    name: 'session-arn-without-path',
    question: 'Is the path of a role left out of the ARN of its sessions?',
    documents: 'The form is shown; paths are not mentioned.',
    asked: 'The ARN that AssumeRole answers for a role with a path.',
    expected: 'assumed-role/<name>/live-check',
    means: 'Otherwise calls in CloudTrail are not found under the ARN that the ledger expects.',
    async ask(ground) {
      const caller = await sessionWith(ground, 'path', [ASSUME_ANY]);
      const role = await customerRole(ground, 'with-path');
      let arn = '';
      await outcomeInTime(ground, async () => {
        arn = (await assume(caller, { RoleArn: role.arn })).AssumedRoleUser?.Arn ?? '';
      });
      return arn.split(':').slice(5).join(':').replace(role.name, '<name>');
    },
  },
];

export function customerRole(
  ground: Ground,
  name: string,
  other: Partial<Parameters<typeof makeRole>[1]> = {},
): Promise<MadeRole> {
  return makeRole(ground, { ...trusting(ground, `for-${name}`), account: 'tenant', ...other });
}

/** Below the path that our own policy allows to assume roles of. */
function trusting(ground: Ground, name: string) {
  const list: Statement = { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' };
  return { name, path: '/credential-broker/', trust: [trusts(ground, 'broker')], statements: [list] };
}

async function assumeStatements(ground: Ground, sids: readonly string[]): Promise<readonly Statement[]> {
  const { accountId } = ground.accounts.broker;
  return (await readPackaged()).roleStatements('IssueCredentialsRole', sids, { accountId, region: ground.region });
}
