import type { Issuance } from '../../ledger/issuance.ts';
import type { RequestRecord } from '../../ledger/request-record.ts';
import type { RequestOrigin } from '../../requests/request.ts';
import { isBound, type Requester, recogniseRequester, UNRECOGNISED } from '../../requests/requester.ts';
import type { IssuanceStory } from './audit-api.ts';

export type DecisionGrounds = { readonly requesters: readonly Requester[]; readonly brokerAccountId: string };
type DecisionStory = IssuanceStory['decision'];

/**
 * Who decided what, by which rule: the reason of a refusal, or the entry among the deployment's requesters that allowed
 * the request. The ledger holds only the entry's name; its content of today may differ from that of then, and is
 * described as today's.
 */
export function decisionOf(
  issuance: Issuance,
  request: RequestRecord | undefined,
  grounds: DecisionGrounds,
): DecisionStory {
  const refusal = issuance.state === 'refused' ? issuance.refusal : request?.refusal;
  if (refusal !== undefined) return { decided: 'refused', rule: refusal.reason, explanation: refusal.explanation };
  const { requester: name } = issuance;
  if (name === UNRECOGNISED) {
    // No unrecognised requester is ever allowed, so the record contradicts itself.
    return { decided: 'allowed', rule: 'none', explanation: 'no requester of the deployment is named in the record' };
  }
  return {
    decided: 'allowed',
    rule: `requester ${name}`,
    explanation: [recognition(request), admission(issuance), todayOf(issuance, request, grounds)].join(' '),
  };
}

function recognition(request: RequestRecord | undefined): string {
  const origin = request?.origin;
  switch (origin?.kind) {
    case 'event':
      return `It was recognised by its event: source ${origin.source} of account ${origin.account}, as AWS stamped it.`;
    case 'functionUrl':
      return `It was recognised by the IAM principal that signed: ${origin.principalArn}.`;
    case 'invoke':
      return `It was recognised by the alias that it invoked: ${origin.alias}.`;
    default:
      return 'How it was recognised is not on record.';
  }
}

function admission({ trail }: Issuance): string {
  const intent = trail.find(({ type }) => type === 'intended');
  if (intent === undefined) return 'No intent stands in the trail.';
  const { tenantVersion, roleVersion } = intent;
  return (
    `It was bound to the tenant and the job, all switches were on, the tenant (version ${tenantVersion}) had the job ` +
    `enabled, and the trust of its role (version ${roleVersion}) was proven.`
  );
}

function todayOf(
  { requester: name, tenantId, job }: Issuance,
  request: RequestRecord | undefined,
  { requesters, brokerAccountId }: DecisionGrounds,
): string {
  const entry = requesters.find((candidate) => candidate.name === name);
  if (entry === undefined) return "Today's configuration has no such requester.";
  const may = `its jobs are ${listed(entry.jobs)}, its tenants ${listed(entry.tenants)}`;
  if (!isBound(entry, { tenantId, job })) return `Today's configuration would refuse it: ${may}.`;
  const origin = originOf(request);
  const known = origin === undefined ? entry : recogniseRequester(origin, { requesters, brokerAccountId });
  if (known !== entry) return "Today's configuration would not recognise it as this requester.";
  return `Today's configuration has it so: ${may}.`;
}

function originOf(request: RequestRecord | undefined): RequestOrigin | undefined {
  const origin = request?.origin;
  if (origin?.kind !== 'event') return origin?.kind === 'message' ? undefined : origin;
  const { replayName: _replay, ...event } = origin;
  return event;
}

function listed(names: 'all' | readonly string[]): string {
  return names === 'all' ? 'all' : names.join(', ');
}
