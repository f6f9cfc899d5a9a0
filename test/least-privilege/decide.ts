import type { Caller } from '../../local/iam/caller.ts';
import type { PolicyDocument } from '../../local/iam/policy-document.ts';
import type { RoleWiring, Wiring } from '../../local/template/wiring.ts';
import { anyone, everything, isAllowed, OWN, prefix } from '../architecture/packaged-access.ts';
import type { Question } from './function-table.ts';

/** A function as its policies make it; what is asked may be answered for other policies than it has. */
export type Asker = { readonly arn: string; readonly policies: readonly PolicyDocument[] };

/** Three answers to one question, which together show what each statement does. */
export type Answers = {
  /** As the deployment has it: the role's policies and those of the resource. */
  readonly deployed: boolean;
  /** What the role's Allow statements say of themselves, were there no Deny and did the resource let us in. */
  readonly byAllows: boolean;
  /** If another policy of the role allowed everything: only a Deny is then in the way. */
  readonly withEverything: boolean;
};

export type Decide = (asker: Asker, question: Question) => Answers;

export function askerOf(role: RoleWiring): Asker {
  return { arn: role.arn, policies: Object.values(role.policies) };
}

/** Answers questions by the policies of the packaged template; the policies of a tenant's role let all of us in. */
export function createDecide(wiring: Wiring): Decide {
  const policies = resourcePolicies(wiring);
  const named = namedResources(wiring);
  return ({ arn, policies: own }, asked) => {
    const question = { ...asked, resource: resourceOf(asked.resource, named) };
    const opened = { ...settingOf(question), resourcePolicy: opensToUs(question) };
    const resourcePolicy = policies.get(policyHolder(question.resource));
    const deployed = { ...settingOf(question), ...(resourcePolicy && { resourcePolicy }) };
    const isTenants = question.action.startsWith('sts:') && resourcePolicy === undefined;
    const answer = (setting: typeof opened | typeof deployed, caller: Caller) =>
      isAllowed({ ...question, ...setting, caller });
    return {
      deployed: answer(isTenants ? opened : deployed, anyone(arn, own)),
      byAllows: answer(opened, anyone(arn, own.flatMap(allowsOf))),
      withEverything: answer(opened, anyone(arn, [...own, everything])),
    };
  };
}

function allowsOf(policy: PolicyDocument): PolicyDocument[] {
  const Statement = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
  return Statement.length === 0 ? [] : [{ ...policy, Statement }];
}

function resourcePolicies({ queues, buses, keys, roles, buckets }: Wiring): ReadonlyMap<string, PolicyDocument> {
  const held = [...queues, ...buses, ...keys].map(({ arn, policy }) => [arn, policy] as const);
  const ofBuckets = buckets.map(({ name, policy }) => [`arn:aws:s3:::${name}`, policy] as const);
  const ofRoles = roles.map(({ arn, trustPolicy }) => [arn, trustPolicy] as const);
  return new Map([...held, ...ofBuckets, ...ofRoles].flatMap(([arn, policy]) => (policy ? [[arn, policy]] : [])));
}

/** `key:<name>` and `stream:<table>`: what has an ARN that only the template knows. */
function namedResources({ keys, tables }: Wiring): ReadonlyMap<string, string> {
  const short = (name: string) => name.slice(name.indexOf(prefix) + prefix.length + 1);
  return new Map([
    ...keys.flatMap(({ arn, aliases }) => aliases.map((alias) => [`key:${short(alias)}`, arn] as const)),
    ...tables.flatMap(({ name, streamArn }) => (streamArn ? [[`stream:${short(name)}`, streamArn] as const] : [])),
  ]);
}

function resourceOf(resource: string, named: ReadonlyMap<string, string>): string {
  if (!/^(key|stream):/.test(resource)) return resource;
  const arn = named.get(resource);
  if (arn === undefined) throw new Error(`the template has no ${resource}`);
  return arn;
}

function policyHolder(resource: string): string {
  return resource.startsWith('arn:aws:s3:::') ? (resource.split('/')[0] ?? '') : resource;
}

function settingOf({ action, resource, resourceAccountId }: Question) {
  return {
    resourceAccountId: resourceAccountId ?? (action.startsWith('sts:') ? (resource.split(':')[4] ?? OWN) : OWN),
    resourcePolicyDecides: /^(sts|kms):/.test(action),
  };
}

function opensToUs({ action, resource }: Question): PolicyDocument {
  const Principal = { AWS: `arn:aws:iam::${OWN}:root` };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: action, Resource: resource }] };
}
