import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { type Issuance, issuanceSchema } from '../../lib/ledger/issuance.ts';
import { type RequestRecord, requestRecordSchema } from '../../lib/ledger/request-record.ts';
import type { CloudTrailRecord } from '../cloudtrail/cloudtrail-record.ts';

/** The outcome of every request, read back from the ledger and from CloudTrail. */
export type Outcome = {
  readonly requests: readonly RequestOutcome[];
  readonly issuances: readonly IssuanceOutcome[];
  readonly assumeRoleCalls: { readonly allowed: number; readonly denied: number };
};

type RequestOutcome = {
  readonly requestId: string;
  readonly requester: string;
  readonly tenantId: string | null;
  readonly job: string | null;
  readonly decision: 'allowed' | 'refused';
  readonly refusal: string | null;
  readonly issuanceIds: readonly string[];
};

type IssuanceOutcome = {
  readonly issuanceId: string;
  readonly requestId: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly job: string;
  readonly requester: string;
  readonly state: Issuance['state'];
  readonly refusal: string | null;
  readonly attempts: readonly AttemptOutcome[];
  readonly result: unknown;
};

type AttemptOutcome = {
  readonly sessionName: string;
  readonly accessKeyId: string | null;
  readonly stsRequestId: string | null;
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
  readonly fence: string | null;
  readonly outcome: string;
};

export type LedgerContents = { readonly requests: readonly RequestRecord[]; readonly issuances: readonly Issuance[] };

/** Every record of the ledger, in the order in which it was written. */
export async function readLedger(dynamo: DynamoDBDocumentClient, table: string): Promise<LedgerContents> {
  const items: Record<string, unknown>[] = [];
  for await (const page of paginateScan({ client: dynamo }, { TableName: table, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  const requests = items.filter(({ recordType }) => recordType === 'request');
  const issuances = items.filter(({ recordType }) => recordType === 'issuance');
  return {
    requests: v.parse(v.array(requestRecordSchema), requests).sort(byTime),
    issuances: v.parse(v.array(issuanceSchema), issuances).sort(byTime),
  };
}

export function outcomeOf({ requests, issuances }: LedgerContents, calls: readonly CloudTrailRecord[]): Outcome {
  const denied = calls.filter((record) => record.errorCode !== undefined).length;
  return {
    requests: requests.map((request) => requestOutcome(request, issuances)),
    issuances: issuances.map(issuanceOutcome),
    assumeRoleCalls: { allowed: calls.length - denied, denied },
  };
}

function requestOutcome(request: RequestRecord, issuances: readonly Issuance[]): RequestOutcome {
  return {
    requestId: request.recordId,
    requester: request.requester,
    tenantId: request.tenantId ?? null,
    job: request.job ?? null,
    decision: request.decision,
    refusal: request.refusal?.reason ?? null,
    issuanceIds: issuances.filter(({ requestId }) => requestId === request.recordId).map(({ recordId }) => recordId),
  };
}

function issuanceOutcome(issuance: Issuance): IssuanceOutcome {
  const report = 'report' in issuance ? issuance.report : undefined;
  return {
    issuanceId: issuance.recordId,
    requestId: issuance.requestId,
    tenantId: issuance.tenantId,
    accountId: issuance.accountId,
    job: issuance.job,
    requester: issuance.requester,
    state: issuance.state,
    refusal: 'refusal' in issuance ? issuance.refusal.reason : null,
    attempts: issuance.attempts.map((attempt) => ({
      sessionName: attempt.sessionName,
      accessKeyId: attempt.accessKeyId ?? null,
      stsRequestId: attempt.stsRequestId ?? null,
      issuedAt: iso(attempt.issuedAtMs),
      expiresAt: iso(attempt.expiresAtMs),
      fence: iso(attempt.fenceMs),
      outcome: attempt.outcome,
    })),
    result: report?.summary === undefined ? null : JSON.parse(report.summary),
  };
}

function iso(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : new Date(epochMs).toISOString();
}

function byTime(
  left: { recordedAtMs: number; recordId: string },
  right: { recordedAtMs: number; recordId: string },
): number {
  return left.recordedAtMs - right.recordedAtMs || (left.recordId < right.recordId ? -1 : 1);
}
