import type { CpuFigures, CpuRound } from './cpu.ts';
import type { Figures } from './figures.ts';
import { spread, table, two, verdict } from './page-text.ts';

/** A function of this many MB has one vCPU. Source: Lambda Developer Guide, "Configure Lambda function memory". */
const MEGABYTES_OF_A_CORE = 1_769;
const BROKER_MEGABYTES = 512;
/** Source: IAM User Guide, "IAM and AWS STS quotas": requests a second, an account and region. */
const STS_QUOTA = 600;
/** Of the processor time of the bare chain. */
const GOAL = 1.25;

/** What an issuance costs in processor time, and how many of them a core makes, as a part of `docs/figures.md`. */
export function processorSection({ cpu, roundTrips }: Figures): readonly string[] {
  const [first] = cpu;
  const verdicts = cpu.map((one) => `${verdict(one.brokerToBare.median, GOAL)} ${HOW[one.over]}`);
  return [
    '## Processor time of an issuance',
    '',
    '![Processor time of the broker against the bare chain](figures/processor.svg)',
    '',
    'issue-credentials with one message, against the bare chain of the very SDK calls that it makes, against a naive',
    'broker (look up, assume, invoke with the credentials in the payload: nothing decided, recorded or sealed), and against',
    '`@middy/sts` 4.7.0 in the function that does the work. One process, warmed up, whose services answer at once with what',
    `was made beforehand; ${first?.rounds} rounds of ${first?.issuancesARound} issuances each, the contestants in turn. Milliseconds of processor, of all threads`,
    'of the process, are medians; ratios are of each round by itself, with their quartiles. `least` is the ratio of the least',
    'rounds of both, which what else the machine does disturbs less.',
    '',
    table(['Answers come', ...CONTESTANTS.map(([, name]) => name)], cpu.map(milliseconds)),
    table(
      ['Broker to', 'bare chain', 'least', 'bare chain, without log', 'naive broker', '`@middy/sts`'],
      cpu.map((one) => [
        HOW[one.over],
        spread(one.brokerToBare),
        two(one.leastMs.broker / one.leastMs.bare),
        spread(one.brokerWithoutLogToBare),
        spread(one.brokerToNaive),
        spread(one.brokerToMiddy),
      ]),
    ),
    `The goal is a ratio to the bare chain of at most ${GOAL}: ${verdicts.join(', ')}.`,
    'With a handler in the place of the network, nothing of an HTTP request is paid for, so that the ratio is the highest',
    'there can be; over HTTP (without TLS) it is nearer to a deployment. Counted once by hand with `perf stat`, undisturbed, from',
    'a handler: 9 % more instructions than the bare chain (6 % without log), a third more cycles, half as many cache misses again;',
    'by the profile of the heap, 4 % more is allocated. So the broker does not do much more: it does it with code that runs once',
    'an issuance, where that of the SDK runs thirteen times, and no single step stands out in the profile.',
    '',
    `A core makes ${issuancesPerSecond(cpu)} issuances a second:`,
    'a thousand over the milliseconds above, one message an invocation and one process, with its log. Lambda gives a',
    `function of ${BROKER_MEGABYTES} MB ${two(BROKER_MEGABYTES / MEGABYTES_OF_A_CORE)} of a core, and STS answers ${STS_QUOTA} calls a second an account and region unless more is agreed on.`,
    '',
    `\`@middy/sts\` makes one call in one round trip, where the broker takes ${roundTrips.broker} to the invoked job. What it leaves out: the role is`,
    'the one that stands in the code, so that no tenant is looked up and nobody who asks is recognised or limited; no record',
    'says before the call that a session is to be made, or afterwards that one was; no session policy unless one is written',
    'down beside the role; when the session expires is not handed on, and left to its defaults one session is kept for good; and',
    'the function of the job may assume the role itself, as often as it likes. 4.7.0 is the release that could be installed',
    'here; it is measured with a session for each invocation.',
    '',
  ];
}

const HOW: Readonly<Record<CpuFigures['over'], string>> = {
  handler: 'from a handler in the process',
  http: 'over HTTP from another process',
};

const CONTESTANTS: readonly (readonly [key: keyof CpuRound, name: string])[] = [
  ['broker', 'Broker'],
  ['brokerWithoutLog', 'without log'],
  ['bare', 'Bare chain'],
  ['naive', 'Naive'],
  ['middy', '`@middy/sts`'],
];

function milliseconds({ over, medianMs }: CpuFigures): readonly string[] {
  return [HOW[over], ...CONTESTANTS.map(([key]) => two(medianMs[key]))];
}

/** By the median of rounds, the slower way first. */
export function issuancesPerSecond(cpu: readonly CpuFigures[]): string {
  return [...cpu]
    .reverse()
    .map(({ over, medianMs }) => `${Math.round(1_000 / medianMs.broker)} (answers ${HOW[over]})`)
    .join(' or ');
}
