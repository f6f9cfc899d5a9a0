import { answerInvocation } from '../../lib/on-demand/answer-invocation.ts';
import { askForJob, type OnDemandAsk, type OnDemandDependencies } from '../../lib/on-demand/ask-for-job.ts';
import type { OnDemandAnswer } from '../../lib/on-demand/on-demand-answer.ts';
import type { RecordedRequest, RequestProgress } from '../../lib/on-demand/request-progress.ts';
import { requestRoutes } from '../../lib/on-demand/request-routes.ts';
import { makeFunctionUrl } from '../../lib/platform/function-url.ts';
import type { Requester } from '../../lib/requests/requester.ts';
import { BROKER_ACCOUNT } from './a-tenant.ts';
import { brokerIn, plainWorld, type World } from './broker-world.ts';
import type { inMemoryLedger } from './in-memory-ledger.ts';
import { recordedTransitions } from './recorded-transitions.ts';
import { type UrlCall, urlEvent } from './url-event.ts';

export const SUPPORT = `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/support-tool/jane`;
const DIRECT = `arn:aws:lambda:eu-west-1:${BROKER_ACCOUNT}:function:credential-broker-local-request-job-direct`;

export const onDemandRequesters: readonly Requester[] = [
  {
    name: 'support',
    recognisedBy: { functionUrl: { principals: ['role/support-tool'] } },
    jobs: 'all',
    tenants: ['acme', 'no-such-tenant'],
  },
  { name: 'billing', recognisedBy: { invoke: { alias: 'billing' } }, jobs: 'all', tenants: ['acme', 'no-such-tenant'] },
];

type Options = {
  readonly world?: Partial<World>;
  /** When the queue hands over what was sent: at once with each pause, or never. */
  readonly queue?: 'delivers' | 'holds';
  readonly away?: Partial<Record<'queue' | 'ledger', Error>>;
  /** How long the queue takes to take a message. */
  readonly sendTakesMs?: number;
};

/** Both functions that take requests on demand, in front of the pipeline; time passes only while they wait. */
export function onDemandWorld({ world = {}, queue = 'delivers', away = {}, sendTakesMs = 0 }: Options = {}) {
  const broker = brokerIn({ ...plainWorld, requesters: onDemandRequesters, ...world });
  const sent: string[] = [];
  const undelivered: string[] = [];
  const log = recordedTransitions();
  let invocations = 0;

  async function deliver(): Promise<void> {
    for (const body of undelivered.splice(0)) await broker.deliver(body, `message-${sent.length}`);
  }
  const dependencies: OnDemandDependencies = {
    progress: progressIn(broker.ledger, away.ledger),
    async sendToQueue(body) {
      if (away.queue !== undefined) throw away.queue;
      broker.clock.advance(sendTakesMs);
      sent.push(body);
      undelivered.push(body);
    },
    clock: broker.clock,
    async pause(milliseconds) {
      broker.clock.advance(milliseconds);
      if (queue === 'delivers') await deliver();
    },
    within: (_, work) => work(),
    log,
    config: { brokerAccountId: BROKER_ACCOUNT },
  };
  const onDemand = { ask: (ask: OnDemandAsk) => askForJob(ask, dependencies), clock: broker.clock, log };
  const url = makeFunctionUrl({ routes: requestRoutes(onDemand), log });

  return {
    ...broker,
    sent,
    told: log,
    deliver,
    /** Calls the function URL, each time as a new invocation. */
    async call({ caller = SUPPORT, remainingMs = 30_000, ...call }: UrlCall & { readonly remainingMs?: number }) {
      invocations += 1;
      const event = urlEvent({ method: 'POST', path: '/requests', caller, ...call });
      const requestId = `invocation-${invocations}`;
      const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => remainingMs };
      const answer = await url({ ...event, requestContext: { ...event.requestContext, requestId } }, context);
      return { statusCode: answer.statusCode, body: JSON.parse(answer.body) };
    },
    /** Invokes request-job-direct, by its alias unless there is none. */
    invoke(
      payload: unknown,
      { alias = 'billing', requestId }: { alias?: string; requestId?: string } = {},
    ): Promise<OnDemandAnswer> {
      invocations += 1;
      const context = {
        awsRequestId: requestId ?? `invocation-${invocations}`,
        invokedFunctionArn: alias === '' ? DIRECT : `${DIRECT}:${alias}`,
        getRemainingTimeInMillis: () => 30_000,
      };
      return answerInvocation(payload, context, onDemand);
    },
    requests: () => [...broker.ledger.items.values()].filter((item) => item['recordType'] === 'request'),
  };
}

function progressIn(ledger: ReturnType<typeof inMemoryLedger>, away: Error | undefined): RequestProgress {
  return {
    async readRequest(requestId) {
      if (away !== undefined) throw away;
      const record = await ledger.readRequest(requestId);
      if (record === undefined) return undefined;
      const { recordId, payloadSha256, refusal, accountIds = [], job = '' } = record;
      const read: RecordedRequest =
        refusal === undefined
          ? { recordId, payloadSha256, decision: 'allowed', accountIds, job }
          : { recordId, payloadSha256, decision: 'refused', refusal };
      return read;
    },
    async readIssuance(issuanceId) {
      const issuance = await ledger.readIssuance(issuanceId);
      if (issuance === undefined) return undefined;
      const { state } = issuance;
      return {
        state,
        ...('refusal' in issuance ? { refusal: issuance.refusal } : {}),
        ...('code' in issuance && issuance.code !== undefined ? { code: issuance.code } : {}),
      };
    },
  };
}
