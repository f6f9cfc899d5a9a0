import { BROKER_ACCOUNT } from './a-tenant.ts';
import { START_MS } from './frozen-clock.ts';

export type EventParts = {
  /** What differs in what EventBridge writes; `undefined` leaves a field out. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** What differs in what the requester says. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** The detail of a request for scan-account in tenant acme. */
export const plainDetail = { version: 1, tenantId: 'acme', job: 'scan-account' };

/** The body of a queue message: an event of the requester `scans`, which is allowed unless something is changed. */
export function runJobEvent({ envelope = {}, detail = {} }: EventParts = {}): string {
  return JSON.stringify({
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'RunJob',
    source: 'com.example.scans',
    account: BROKER_ACCOUNT,
    time: new Date(START_MS).toISOString(),
    region: 'eu-west-1',
    resources: [],
    detail: { ...plainDetail, ...detail },
    ...envelope,
  });
}
