import fc from 'fast-check';

/** One thing that reads what strangers write, and what must hold of it for every input. */
export type FuzzTarget = {
  readonly name: string;
  /** What holds, in a sentence. */
  readonly claim: string;
  /** What inputs come to, each of which must be seen: else little was tried. */
  readonly outcomes: readonly string[];
  run(options: FuzzOptions): Promise<FuzzReport>;
};

export type FuzzOptions = {
  readonly inputs: number;
  readonly seed: number;
  /** Told now and then how many inputs are through. */
  readonly told?: (inputs: number) => void;
};

export type FuzzReport = {
  readonly inputs: number;
  /** How many inputs came to which outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** The smallest input that breaks the claim, why, and the seed that leads to it. */
  readonly broken?: string;
};

type Definition<Input> = Pick<FuzzTarget, 'name' | 'claim' | 'outcomes'> & {
  readonly input: fc.Arbitrary<Input>;
  /** Throws where the claim does not hold; else says what the input came to. */
  readonly check: (input: Input) => string | Promise<string>;
};

/** Inputs of one seed: enough for a line of progress, few enough for its own shrinking. */
const ROUND = 20_000;

export function fuzzTarget<Input>({ input, check, ...named }: Definition<Input>): FuzzTarget {
  return {
    ...named,
    async run({ inputs, seed, told }) {
      const outcomes = new Map<string, number>();
      const property = fc.asyncProperty(input, async (one) => {
        const outcome = await check(one);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      });
      for (let done = 0; done < inputs; done += ROUND) {
        const round = { numRuns: Math.min(ROUND, inputs - done), seed: seed + done / ROUND };
        const result = await fc.check(property, round);
        if (result.failed) {
          const broken = (await fc.asyncDefaultReportMessage(result)) ?? 'an input broke it';
          return { inputs: done + result.numRuns, outcomes, broken };
        }
        told?.(done + round.numRuns);
      }
      return { inputs, outcomes };
    },
  };
}

/** Fails the claim that is being checked. */
export function claim(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Error(why);
}
