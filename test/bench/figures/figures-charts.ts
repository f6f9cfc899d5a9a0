import type { Figures } from './figures.ts';
import { svgBars } from './svg-bars.ts';

/** The charts of `docs/figures.md`, by the names of their files. */
export function figuresCharts({ outcomes, cpu, latency, bundles, prices }: Figures): ReadonlyMap<string, string> {
  const cost = svgBars({
    title: 'A million issuances, by outcome',
    unit: `US dollars at ${prices.wording}s of ${prices.region} as of ${prices.asOf}, the audit with them`,
    legend: ['DynamoDB', 'KMS', 'Lambda', 'SQS, EventBridge', 'S3', 'Logs'],
    bars: outcomes.map(({ name, usd }) => ({
      label: name,
      parts: [usd.dynamoDb, usd.kms, usd.lambda, usd.queueAndBus, usd.archive, usd.logs],
      note: usd.total.toFixed(2),
    })),
  });
  const processor = svgBars({
    title: 'Processor time of an issuance',
    unit: 'Ratio to the bare chain of the same SDK calls, median of rounds',
    legend: [],
    bars: cpu.flatMap(({ over, brokerToBare, brokerWithoutLogToBare }) => [
      {
        label: over === 'http' ? 'over HTTP' : 'no network',
        parts: [brokerToBare.median],
        note: ratio(brokerToBare.median),
      },
      {
        label: `${over === 'http' ? 'over HTTP' : 'no network'}, no log`,
        parts: [brokerWithoutLogToBare.median],
        note: ratio(brokerWithoutLogToBare.median),
      },
    ]),
    goal: { value: 1.25, label: 'goal 1.25' },
  });
  const time = svgBars({
    title: 'From event to job',
    unit: 'Milliseconds of virtual time, by latency model: the bare chain, and what the broker adds',
    legend: ['GetItem, AssumeRole, Invoke', 'three records more'],
    bars: latency.map(({ model, bareMs, brokerMs, ratio: of }) => ({
      label: model,
      parts: [bareMs, brokerMs - bareMs],
      note: `${brokerMs} (${ratio(of)})`,
    })),
  });
  const sizes = svgBars({
    title: 'Bundles',
    unit: 'KB as deployed, and what the same source has more when it is bundled naively',
    legend: ['as deployed', 'naively'],
    bars: bundles.map(({ name, bytes, naiveBytes }) => ({
      label: name,
      parts: [bytes / 1_000, (naiveBytes - bytes) / 1_000],
      note: `${(bytes / 1_000).toFixed(0)} of ${(naiveBytes / 1_000).toFixed(0)}`,
    })),
  });
  return new Map([
    ['cost.svg', cost],
    ['processor.svg', processor],
    ['latency.svg', time],
    ['bundles.svg', sizes],
  ]);
}

function ratio(value: number): string {
  return value.toFixed(2);
}
