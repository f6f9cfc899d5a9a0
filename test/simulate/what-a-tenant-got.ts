import type { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import type { FunctionUrlAnswer } from '../../lib/platform/function-url.ts';
import type { FaultyWorld } from '../support/faulty-world/world.ts';

/** What came of one record or one call: in a word, and in all that does not depend on attempts and times. */
export type Got = { readonly kind: string; readonly facts: unknown };

/** Decisions, ends, runs of jobs and what STS was asked for, of one tenant, by ids that are the same in every run of it. */
export async function gotBy(tenantId: string, world: FaultyWorld): Promise<ReadonlyMap<string, Got>> {
  const got = new Map<string, Got>();
  for (const request of await world.requests()) {
    if (request.tenantId !== tenantId) continue;
    const { recordId, requester, decision, refusal, delivery, job, accountIds } = request;
    const facts = { requester, refusal: refusal?.reason, delivery, job, accountIds };
    got.set(recordId, { kind: `request ${decision}`, facts });
  }
  for (const issuance of await world.issuances()) {
    if (issuance.tenantId === tenantId) got.set(issuance.recordId, gotOf(issuance, world));
  }
  return got;
}

/** What a call for credentials was answered. */
export function gotBack({ statusCode, body }: FunctionUrlAnswer): Got {
  return { kind: `answered ${statusCode}`, facts: JSON.parse(body).error?.code };
}

function gotOf(issuance: Issuance, { host, sts }: FaultyWorld): Got {
  const { recordId, requestId, state, accountId, job, requester, roleArn } = issuance;
  const asked = sts.asked.filter(({ RoleSessionName }) => RoleSessionName?.startsWith(`${recordId}.`));
  const facts = {
    requestId,
    accountId,
    job,
    requester,
    roleArn,
    code: 'code' in issuance ? issuance.code : undefined,
    refusal: 'refusal' in issuance ? issuance.refusal.reason : undefined,
    reported: 'report' in issuance ? { ...issuance.report, atMs: 0, attempt: 0 } : undefined,
    runs: host.runs.filter(({ issuanceId }) => issuanceId === recordId).length,
    asked: [...new Set(asked.map(terms))].sort(),
  };
  return { kind: state, facts };
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A call to STS without its attempt and its fence's time. */
function terms({ RoleSessionName, Policy, ...rest }: AssumeRoleCommand['input']): string {
  return JSON.stringify({ ...rest, Policy: Policy?.replaceAll(INSTANT, 'the fence') });
}
