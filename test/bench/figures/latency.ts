import { START_MS } from '../../support/frozen-clock.ts';
import { virtualTime } from '../../support/virtual-time.ts';
import { cannedAws, type Service, type Told } from './canned-aws.ts';
import { clientsOver, deployedBroker } from './deployed-broker.ts';
import { naiveBroker } from './naive-broker.ts';

/** How long each thing takes, in milliseconds: the same for whoever is compared. */
export type LatencyModel = {
  readonly name: string;
  readonly why: string;
  readonly calls: Readonly<Record<Service, number>>;
  /** From PutEvents to the function that issues. */
  readonly deliveryMs: number;
  /** From Lambda's taking an asynchronous invocation to the first line of the job. */
  readonly startMs: number;
};

export const latencyModels: readonly LatencyModel[] = [
  {
    name: 'typical',
    why: 'medians that AWS and users tell of, warm connections; delivery is a 90th percentile',
    calls: { dynamodb: 6, sts: 40, kms: 10, lambda: 25 },
    deliveryMs: 80,
    startMs: 30,
  },
  {
    name: 'slow',
    why: '99th percentiles everywhere at once',
    calls: { dynamodb: 20, sts: 200, kms: 55, lambda: 40 },
    deliveryMs: 130,
    startMs: 100,
  },
  {
    name: 'slow tables',
    why: 'against the broker: DynamoDB at its 99th percentile, all else at its fastest',
    calls: { dynamodb: 20, sts: 20, kms: 15, lambda: 10 },
    deliveryMs: 80,
    startMs: 30,
  },
];

/** Every call takes one, and nothing else takes anything: what comes out is the number of serial round trips. */
const ROUND_TRIPS: LatencyModel = {
  name: 'round trips',
  why: '',
  calls: { dynamodb: 1, sts: 1, kms: 1, lambda: 1 },
  deliveryMs: 0,
  startMs: 0,
};

export type LatencyFigure = {
  readonly model: string;
  /** From the event to the first line of the job. */
  readonly brokerMs: number;
  readonly bareMs: number;
  readonly ratio: number;
  /** Without what lies before and behind the function that issues. */
  readonly ratioInFunction: number;
  /** How long issue-credentials runs in all: it gives its place up after the job was invoked. */
  readonly functionMs: number;
};

export async function latencyFigures(): Promise<readonly LatencyFigure[]> {
  return Promise.all(latencyModels.map(figureOf));
}

/** Serial round trips from the first call to the invoked job. */
export async function roundTrips(): Promise<{ readonly broker: number; readonly bare: number }> {
  const [broker, bare] = [await timed(ROUND_TRIPS, 'broker'), await timed(ROUND_TRIPS, 'bare')];
  return { broker: broker.invokedMs, bare: bare.invokedMs };
}

async function figureOf(model: LatencyModel): Promise<LatencyFigure> {
  const [broker, bare] = [await timed(model, 'broker'), await timed(model, 'bare')];
  const around = model.deliveryMs + model.startMs;
  const [brokerMs, bareMs] = [broker.invokedMs + around, bare.invokedMs + around];
  return {
    model: model.name,
    brokerMs,
    bareMs,
    ratio: brokerMs / bareMs,
    ratioInFunction: broker.invokedMs / bare.invokedMs,
    functionMs: broker.endedMs,
  };
}

/** Virtual milliseconds from the beginning to the answer of Lambda, and to the end of the function. */
async function timed(model: LatencyModel, who: 'broker' | 'bare') {
  const time = virtualTime(START_MS);
  let [isWarm, invokedMs, beganMs] = [false, 0, 0];
  const delay = async ({ service }: Told) => {
    if (!isWarm) return;
    await time.sleep(model.calls[service]);
    if (service === 'lambda') invokedMs = time.nowMs() - beganMs;
  };
  const clients = clientsOver(cannedAws(() => time.nowMs(), delay));
  const issue = deployedBroker({ clients, clock: time, log: { transition: () => undefined } });
  const invoke = naiveBroker(clients);
  const run = (id: string) =>
    who === 'broker' ? issue(id) : invoke({ id, detail: { tenantId: 'acme', job: 'scan-account' } });
  // The SDK reads files once, in real time.
  await run('first');
  isWarm = true;
  time.set(START_MS + 60_000);
  beganMs = time.nowMs();
  await time.run(() => run('second'));
  return { invokedMs, endedMs: time.nowMs() - beganMs };
}
