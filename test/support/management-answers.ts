import { type ErrorCode, errorCodes } from '../../lib/errors.ts';
import type {
  FindingView,
  Onboarding,
  RoleView,
  StopReport,
  TenantRow,
  TenantView,
} from '../../lib/management/management-views.ts';
import { type TrustFinding, trustFindings } from '../../lib/onboarding/trust/trust-finding.ts';
import type { Reply, SeenRequest } from './function-url-server.ts';
import { CLI_NOW_MS } from './run-broker.ts';

const HOUR_MS = 3_600_000;

export function roleArnOf(accountId: string, name = 'credential-broker'): string {
  return `arn:aws:iam::${accountId}:role/credential-broker/${name}`;
}

export function findingView(code: TrustFinding): FindingView {
  const { severity, meaning, fix } = trustFindings[code];
  return { code, severity, detail: meaning, fix };
}

export function aRoleView(overrides: Partial<RoleView> = {}): RoleView {
  const accountId = overrides.accountId ?? '222222222222';
  return {
    tenantId: 'acme',
    accountId,
    roleArn: roleArnOf(accountId),
    roleName: 'credential-broker',
    jobs: 'all',
    status: 'trusted',
    verifiedAtMs: CLI_NOW_MS - 3 * HOUR_MS,
    findings: [],
    capabilities: { sessionTags: true, sourceIdentity: true },
    ...overrides,
  };
}

export function aTenantView(overrides: Partial<TenantView> = {}): TenantView {
  return {
    tenantId: 'acme',
    name: 'Acme Corp',
    status: 'active',
    jobs: ['scan-account', 'process-logs'],
    settings: {},
    version: 4,
    createdAtMs: CLI_NOW_MS - 80 * HOUR_MS,
    roles: [],
    ...overrides,
  };
}

export function aTenantRow(overrides: Partial<TenantRow> = {}): TenantRow {
  return {
    tenantId: 'acme',
    name: 'Acme Corp',
    status: 'active',
    suspended: false,
    roles: { pending: 0, trusted: 2, refused: 0, quarantined: 0 },
    findings: [],
    ...overrides,
  };
}

export const anOnboarding: Onboarding = {
  format: 'cloudformation',
  text: 'AWSTemplateFormatVersion: "2010-09-09"\nResources: {}\n',
  externalId: 'cb-local-0b7e3c1a-2f4d-4c6e-8a9b-112233445566',
};

export function aStopReport(overrides: Partial<StopReport> = {}): StopReport {
  return {
    tenantId: 'acme',
    sinceMs: CLI_NOW_MS,
    revokedIssuances: 3,
    alive: [
      {
        accountId: '222222222222',
        job: 'scan-account',
        issuanceId: 'scan-account.abcdefghijklmnopqrstuvwxyz234567',
        roleArn: roleArnOf('222222222222'),
        state: 'claimed',
        endsByMs: CLI_NOW_MS + 840_000,
      },
    ],
    lastSessionEndsByMs: CLI_NOW_MS + 3_645_000,
    cutSooner: [
      { accountId: '222222222222', command: "aws iam put-role-policy \\\n  --role-name 'credential-broker'" },
    ],
    ...overrides,
  };
}

/** The API's own no, in its words. */
export function refusal(status: number, code: ErrorCode): Reply {
  const { meaning: message, whatToDo } = errorCodes[code];
  return { status, json: { error: { code, message, whatToDo } } };
}

type Answers = Readonly<Record<string, Reply | readonly Reply[] | ((request: SeenRequest) => Reply)>>;

/** Replies by what was asked; a list gives one after the other, and its last again and again. */
export function repliesTo(answers: Answers) {
  const counts = new Map<string, number>();
  return (request: SeenRequest): Reply => {
    const answer = answers[request.asked];
    if (answer === undefined) return refusal(404, 'route.unknown');
    if (typeof answer === 'function') return answer(request);
    if (!('length' in answer)) return answer;
    const count = counts.get(request.asked) ?? 0;
    counts.set(request.asked, count + 1);
    return answer[Math.min(count, answer.length - 1)] ?? refusal(404, 'route.unknown');
  };
}
