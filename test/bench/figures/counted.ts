import type { MeteredCall } from './metered-store.ts';

/** What AWS counts of one issuance. */
export type Counted = {
  readonly dynamoCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly kmsCalls: number;
  readonly stsCalls: number;
  readonly lambdaInvocations: number;
  /** Of issue-credentials among them: the ones whose duration is priced. */
  readonly brokerInvocations: number;
  readonly sqsRequests: number;
  readonly eventBridgeEvents: number;
  readonly streamRecords: number;
  readonly s3Puts: number;
  readonly logBytes: number;
};

/** What tables were asked. */
export function sumOf(calls: readonly MeteredCall[]): Pick<Counted, 'dynamoCalls' | 'readUnits' | 'writeUnits'> {
  return {
    dynamoCalls: calls.length,
    readUnits: calls.reduce((units, call) => units + call.readUnits, 0),
    writeUnits: calls.reduce((units, call) => units + call.writeUnits, 0),
  };
}
