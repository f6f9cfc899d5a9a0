import type { Threat } from './threat.ts';

/** What stops the broker, or makes it do a thing twice, late or not at all. */
export const availability: readonly Threat[] = [
  {
    id: 'T31',
    priority: 'P0',
    title: 'A poisonous message that is tried for ever',
    control: 'A permanent no is recorded and acknowledged; only what may pass goes back, later each time',
    files: ['test/attack/poisons-the-queue.test.ts', 'test/unit/broker/process-batch.test.ts'],
  },
  {
    id: 'T32',
    priority: 'P0',
    title: 'A message twice, or a hundred times at once',
    control: 'Ids are hashes of what is asked; every write is conditional',
    files: [
      'test/attack/sends-it-again.test.ts',
      'test/cases/repeated-requests.test.ts',
      'test/unit/ledger/request-id.test.ts',
    ],
  },
  {
    id: 'T33',
    priority: 'P0',
    title: 'An old event is replayed or redriven',
    control: 'Too old is refused; replays need a switch; records outlive both',
    files: [
      'test/attack/replays-old-events.test.ts',
      'test/cases/replays.test.ts',
      'test/architecture/packaged-template.test.ts',
      'test/journey/brakes/replays.test.ts',
    ],
  },
  {
    id: 'T34',
    priority: 'P0',
    title: 'A stopped process comes back and finishes',
    control: 'The trail’s head is in the condition of every write',
    files: [
      'test/attack/finishes-late.test.ts',
      'test/simulate/mutants.test.ts',
      'test/unit/broker/crash-points.test.ts',
    ],
  },
  {
    id: 'T35',
    priority: 'P0',
    title: 'An answer that is lost',
    control: 'One HTTP call for each record; what was written is found again; the claim goes once',
    files: [
      'test/attack/loses-answers.test.ts',
      'test/simulate/single-faults.test.ts',
      'test/unit/broker/crash-points.test.ts',
    ],
  },
  {
    id: 'T36',
    priority: 'P1',
    title: 'One tenant uses up everybody’s share of STS',
    control: 'Rates for tenant, requester and all; what is over waits',
    files: ['test/unit/limits/noisy-tenant.test.ts', 'test/unit/limits/limits.test.ts'],
  },
  {
    id: 'T37',
    priority: 'P1',
    title: 'A request of a megabyte, or a hundred thousand levels deep',
    control: '64 KiB, eight levels and 200 keys, counted before anything is read',
    files: [
      'test/unit/requests/json-limits.test.ts',
      'test/unit/requests/parse-request.test.ts',
      'test/cases/requests.test.ts',
    ],
  },
  {
    id: 'T38',
    priority: 'P0',
    title: 'A key that changes every object',
    control: 'Own properties and maps; the keys are refused; nothing of an event is merged',
    files: [
      'test/attack/pollutes-prototypes.test.ts',
      'test/attack/fuzz/parser.fuzz.ts',
      'test/unit/requests/parse-request.test.ts',
    ],
  },
  {
    id: 'T39',
    priority: 'P1',
    title: 'A key twice, read one way by the rule and another by us',
    control: 'Nothing is decided by what the rule matched but the type',
    files: ['test/attack/writes-a-lookalike-name.test.ts', 'test/live/checks/event-bus.ts'],
    open: 'what EventBridge’s rules do with such an event; `npm run check:live` asks',
  },
  {
    id: 'T40',
    priority: 'P0',
    title: 'A role is assumed around the broker',
    control:
      'Every AssumeRole that CloudTrail shows is held against what was announced; one that was not is told of at once',
    files: [
      'test/attack/assumes-around-the-broker.test.ts',
      'test/attack/fuzz/cloudtrail.fuzz.ts',
      'test/unit/audit/correlation/random-order.test.ts',
      'test/journey/calls-around-the-broker.test.ts',
      'test/bench/strays.test.ts',
    ],
    open: 'that a planted call is told of within 15 minutes, in a real account',
  },
  {
    id: 'T41',
    priority: 'P1',
    title: 'The trail is stopped, or its reader is dead',
    control: 'Sessions without CloudTrail’s word ring, and so does a trail that is not what it must be',
    files: [
      'test/unit/audit/correlation/trail-fitness.test.ts',
      'test/unit/audit/correlation/run-tick.test.ts',
      'test/architecture/alarms.test.ts',
    ],
  },
  {
    id: 'T42',
    priority: 'P1',
    title: 'Everything tries again at once when STS is back',
    control: 'Three attempts, a breaker for all functions together, and a slow recovery',
    files: ['test/unit/limits/outage.test.ts', 'test/unit/sweeper/sweep-many.test.ts'],
  },
  {
    id: 'T43',
    priority: 'P1',
    title: 'Credentials that are dead when they arrive',
    control: 'The claim asks that the job’s minimum is left; Lambda drops the event before',
    files: [
      'test/unit/job-runtime/claim-credentials.test.ts',
      'test/simulate/random-faults.test.ts',
      'test/unit/jobs/job.test.ts',
    ],
  },
  {
    id: 'T44',
    priority: 'P2',
    title: 'An expression that takes for ever on the right text',
    control: 'Lengths are checked before shapes; each expression that may go back is listed with what bounds its text',
    files: [
      'test/attack/stalls-an-expression.test.ts',
      'test/unit/tenants/role-arn.test.ts',
      'test/unit/requests/json-limits.test.ts',
      'test/attack/fuzz.test.ts',
    ],
  },
];
