import { BROKER_BUDGET_BYTES } from './bundle-sizes.ts';
import { earlierSection } from './earlier-section.ts';
import type { Figures } from './figures.ts';
import { latencyModels } from './latency.ts';
import { kilo, table, two, verdict } from './page-text.ts';
import { processorSection } from './processor-section.ts';

/** `docs/figures.md`, of what one run found out. */
export function figuresPage(figures: Figures): string {
  const { machine, node } = figures;
  return `${[
    '# Figures',
    '',
    'Made by `npm run bench`, which writes this page, its charts and `test/bench/results/figures.json` anew. Calls, units,',
    'bytes and round trips are the same on every machine, and tests hold them (`test/bench/figures.test.ts`); processor',
    `times are of one run on ${machine.processors} × ${machine.model}, Node ${node}, and told as ratios.`,
    '',
    ...costs(figures),
    ...processorSection(figures),
    ...latency(figures),
    ...bundles(figures),
    ...earlierSection(figures.cpu),
  ].join('\n')}`;
}

function costs({ outcomes, prices }: Figures): readonly string[] {
  return [
    '## What a million issuances cost',
    '',
    '![US dollars for a million issuances, by outcome](figures/cost.svg)',
    '',
    `At ${prices.wording}s of ${prices.region} as of ${prices.asOf} (\`test/bench/figures/prices.ts\`), without free tiers,`,
    'storage and what a job itself does. The audit of each issuance is in it: archive, facts on the bus, correlation with',
    'CloudTrail. Each request is alone: one message a batch, its changes in archive objects of their own; the last column is',
    'what it costs where the archive takes 100 changes at once. Units are counted by the published rules from the items that',
    'were written and the indexes of `config/resources/tables.yml`.',
    'What runs by the clock whether or not anything is asked for (sweeps, ticks, digests, keys, alarms) is not in it.',
    '',
    table(
      ['Outcome', 'DynamoDB', 'KMS', 'Lambda', 'SQS, EventBridge', 'S3', 'Logs', 'USD a million', 'busy'],
      outcomes.map(({ name, usd }) => [
        name,
        ...[usd.dynamoDb, usd.kms, usd.lambda, usd.queueAndBus, usd.archive, usd.logs, usd.total, usd.totalBusy].map(
          two,
        ),
      ]),
    ),
    'Of one issuance; behind the plus, what the audit adds:',
    '',
    table(
      [
        'Outcome',
        'DynamoDB calls',
        'Read units',
        'Write units',
        'KMS',
        'STS',
        'Lambda',
        'SQS',
        'Events',
        'S3 puts',
        'Log bytes',
      ],
      outcomes.map(({ name, meaning, pipeline: own, audit }) => [
        `${name}: ${meaning}`,
        ...(
          [
            'dynamoCalls',
            'readUnits',
            'writeUnits',
            'kmsCalls',
            'stsCalls',
            'lambdaInvocations',
            'sqsRequests',
            'eventBridgeEvents',
            's3Puts',
            'logBytes',
          ] as const
        ).map((key) => (audit[key] === 0 ? `${own[key]}` : `${own[key]} + ${audit[key]}`)),
      ]),
    ),
  ];
}

function latency({ latency: all, roundTrips }: Figures): readonly string[] {
  return [
    '## From event to job',
    '',
    '![Time from event to job, against the bare chain](figures/latency.svg)',
    '',
    `The broker makes ${roundTrips.broker} serial round trips from the first call to the invoked job, and the bare chain, without a record,`,
    `GetItem, AssumeRole, Invoke makes ${roundTrips.bare}: what the request, the intent and the issue on record take is`,
    `${roundTrips.broker - roundTrips.bare}. The data key is made beside AssumeRole. In virtual time, the deployed code through the SDK's clients, with both`,
    'behind the same bus and queue:',
    '',
    table(
      [
        'Model',
        'DynamoDB, STS, KMS, Invoke; delivery, start (ms)',
        'Broker (ms)',
        'Bare (ms)',
        'Ratio',
        'In the function alone',
      ],
      all.map(({ model, brokerMs, bareMs, ratio, ratioInFunction }) => [
        `${model}: ${modelOf(model).why}`,
        `${Object.values(modelOf(model).calls).join(', ')}; ${modelOf(model).deliveryMs}, ${modelOf(model).startMs}`,
        `${brokerMs}`,
        `${bareMs}`,
        two(ratio),
        two(ratioInFunction),
      ]),
    ),
    `The goal is at most 1.20 on the typical model: ${verdict(all[0]?.ratio ?? Number.NaN, 1.2)}. Above it: ${above(all)}.`,
    'No latency is measured here: AWS publishes no percentiles of STS.',
    '',
  ];
}

/** Models on which the broker takes over a fifth more. */
function above(all: Figures['latency']): string {
  const models = all.filter(({ ratio }) => ratio > 1.2).map(({ model }) => model);
  return models.length === 0 ? 'none' : models.join(', ');
}

function modelOf(name: string) {
  const model = latencyModels.find((one) => one.name === name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}

function bundles({ bundles: all, naiveBroker, middy }: Figures): readonly string[] {
  return [
    '## Bundles and cold starts',
    '',
    '![Bytes of each bundle against the same code bundled naively](figures/bundles.svg)',
    '',
    "Each function as it is deployed, and the same source by esbuild's own settings: not minified, whole SDK clients with",
    'their chain of credentials, all of Powertools that is imported. Import time is processor time to load the bundle in a',
    `fresh process, the least of several. The goals are half of both, and at most ${kilo(BROKER_BUDGET_BYTES)} KB for issue-credentials.`,
    `Bytes: reached by ${reached(all, ({ bytes, naiveBytes }) => bytes / naiveBytes)}. Import: reached by ${reached(all, ({ importMs, naiveImportMs }) => importMs / naiveImportMs)}, the worst ${two(Math.max(...all.map((one) => one.importMs / one.naiveImportMs)))}.`,
    '',
    table(
      ['Function', 'KB', 'zipped', 'naively', 'Ratio', 'Import (ms)', 'naively', 'Ratio'],
      all.map(({ name, bytes, zippedBytes, naiveBytes, importMs, naiveImportMs }) => [
        name,
        kilo(bytes),
        kilo(zippedBytes),
        kilo(naiveBytes),
        two(bytes / naiveBytes),
        importMs.toFixed(0),
        naiveImportMs.toFixed(0),
        two(importMs / naiveImportMs),
      ]),
    ),
    `A naive broker, bundled naively, has ${kilo(naiveBroker.bytes)} KB and loads in ${naiveBroker.importMs.toFixed(0)} ms; a function with \`@middy/sts\` has ${kilo(middy.bytes)} KB and`,
    `loads in ${middy.importMs.toFixed(0)} ms. No bundle holds the SDK's code for event streams or schemas of commands that nobody sends, and none makes`,
    "the facades of Node's modules that an `import` makes: for the one of `node:http` alone, which the SDK imports at the first",
    'request, Node loads a whole client of web sockets (`config/package/sdk-as-needed.ts`, `config/package/builtins-without-facades.ts`).',
    '',
  ];
}

function reached(all: Figures['bundles'], ratio: (of: Figures['bundles'][number]) => number): string {
  return `${all.filter((one) => ratio(one) <= 0.5).length} of ${all.length} functions`;
}
