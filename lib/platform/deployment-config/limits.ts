import type { DeploymentConfig, RequesterConfig } from './deployment-config.ts';
import type { ConfigProblem } from './problem.ts';

const DAY_SECONDS = 86_400;

/**
 * Finds limits that another setting makes pointless, and an archive that is kept for less time than requests may be
 * repeated.
 */
export function limitContradictions(config: DeploymentConfig): readonly ConfigProblem[] {
  return [
    ...retentionProblem(config),
    ...requestProblems(config),
    ...tenantLimitProblems(config),
    ...config.requesters.flatMap((requester, index) => requesterLimitProblems(requester, { index, config })),
  ];
}

/** A repeated request could otherwise outlive the archived record of the original. */
function retentionProblem({ archive, requests }: DeploymentConfig): readonly ConfigProblem[] {
  const { days } = archive.retention;
  const window = requests.maximumAgeSeconds;
  if (days * DAY_SECONDS >= window) return [];
  return [
    {
      code: 'config.retentionTooShort',
      path: 'archive.retention.days',
      what: `is ${days}, and requests.maximumAgeSeconds ${window}; expected at least ${Math.ceil(window / DAY_SECONDS)} days`,
      whatToDo:
        'Keep the archive for longer, or refuse requests earlier: a request may be replayed until it is too old.',
    },
  ];
}

function requestProblems({ requests, queue }: DeploymentConfig): readonly ConfigProblem[] {
  const { batchSize } = queue;
  if (requests.concurrency <= batchSize) return [];
  const whatToDo = 'Lower it, or let batches be larger: a function never has more messages than its batch.';
  return [
    unreachable('requests.concurrency', { is: requests.concurrency, most: batchSize, of: 'queue.batchSize', whatToDo }),
  ];
}

function tenantLimitProblems({ requests, queue, limits }: DeploymentConfig): readonly ConfigProblem[] {
  const { callsPerMinute, concurrentIssuances } = limits.perTenant;
  const inWork = queue.maximumConcurrency * requests.concurrency;
  const calls = limits.stsCallsPerSecond * 60;
  const problems: ConfigProblem[] = [];
  if (concurrentIssuances > inWork) {
    const of = 'queue.maximumConcurrency × requests.concurrency';
    const whatToDo = 'Keep it well below: one tenant could otherwise keep every function busy.';
    const path = 'limits.perTenant.concurrentIssuances';
    problems.push(unreachable(path, { is: concurrentIssuances, most: inWork, of, whatToDo }));
  }
  if (callsPerMinute !== undefined && callsPerMinute > calls) {
    const of = 'limits.stsCallsPerSecond × 60';
    const whatToDo = 'Give one tenant a part of what all have together, or leave it out for a tenth.';
    problems.push(unreachable('limits.perTenant.callsPerMinute', { is: callsPerMinute, most: calls, of, whatToDo }));
  }
  return problems;
}

type Of = { readonly index: number; readonly config: DeploymentConfig };

/** For a requester that is bound to a list of tenants, limits above what those tenants allow are never reached. */
function requesterLimitProblems({ tenants, limits }: RequesterConfig, { index, config }: Of): readonly ConfigProblem[] {
  if (tenants === 'all' || limits === undefined) return [];
  const { tenantsPerHour = 0, requestsPerMinute = 0 } = limits;
  const path = `requesters[${index}].limits`;
  const ofTenants = tenants.length * config.limits.perTenant.requestsPerMinute;
  const problems: ConfigProblem[] = [];
  if (tenantsPerHour > tenants.length) {
    const whatToDo = 'Leave it out, or name fewer: who may ask for these tenants alone can name no others.';
    const of = 'the number of its tenants';
    problems.push(unreachable(`${path}.tenantsPerHour`, { is: tenantsPerHour, most: tenants.length, of, whatToDo }));
  }
  if (requestsPerMinute > ofTenants) {
    const whatToDo = 'Lower it, or leave it out: the limits of its tenants come first.';
    const of = 'limits.perTenant.requestsPerMinute × the number of its tenants';
    problems.push(unreachable(`${path}.requestsPerMinute`, { is: requestsPerMinute, most: ofTenants, of, whatToDo }));
  }
  return problems;
}

type Bound = { readonly is: number; readonly most: number; readonly of: string; readonly whatToDo: string };

function unreachable(path: string, { is, most, of, whatToDo }: Bound): ConfigProblem {
  const what = `is ${is}, which nothing reaches; expected at most ${most} (${of})`;
  return { code: 'config.limitUnreachable', path, what, whatToDo };
}
