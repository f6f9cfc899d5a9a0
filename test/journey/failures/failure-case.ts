import { expect, it } from 'vitest';
import { scanForSecrets } from '../../../local/demo/leak-scan.ts';
import type { Break } from '../../../local/stack/faults.ts';
import type { FailureWorld } from './failure-world.ts';
import { SETTINGS_MARKER } from './failure-world.ts';
import type { Standing } from './standing.ts';

/** One thing that breaks, what stands right after, and how it ends without anybody doing anything but what is said. */
export type FailureCase = {
  /** Also in docs/failures.md. */
  readonly title: string;
  readonly detail?: object;
  readonly breaks: (world: FailureWorld) => readonly (Pick<Break, 'hits'> & Partial<Break>)[];
  /** How often each of `breaks` has to have broken something; once, if not said. */
  readonly times?: readonly number[];
  readonly rightAfter: Partial<Standing>;
  readonly recovery: readonly Step[];
  readonly end: Standing;
  /** What else must be so. */
  readonly also?: (world: FailureWorld) => void | Promise<void>;
};

export type Step = {
  readonly seconds: number;
  /** Done by an operator before the time passes. */
  readonly first?: (world: FailureWorld) => void | Promise<void>;
  readonly leaves?: Partial<Standing>;
};

/** One test a case. The stack is the file's own, so each case leaves it with nothing broken and nothing under way. */
export function testFailures(cases: readonly FailureCase[], worldOf: () => FailureWorld): void {
  it.each(cases)('$title', async (failure) => {
    const world = worldOf();
    const breaks = failure.breaks(world);
    try {
      const eventId = await runs(failure, world);
      expect(breaks.map(({ hits }) => hits())).toEqual(failure.times ?? breaks.map(() => 1));
      await comesToRest(world);
      const { trail: _trail, ...atRest } = failure.end;
      expect(await world.standing(eventId)).toMatchObject(atRest);
      await leavesNothingSecret(world);
    } finally {
      for (const { mend } of breaks) mend?.();
    }
  });
}

async function runs(failure: FailureCase, world: FailureWorld): Promise<string> {
  const eventId = await world.ask(failure.detail);
  expect(await world.standing(eventId)).toMatchObject(failure.rightAfter);
  for (const { seconds, first, leaves = {} } of failure.recovery) {
    await first?.(world);
    await world.pass(seconds);
    expect(await world.standing(eventId)).toMatchObject(leaves);
  }
  expect(await world.standing(eventId)).toEqual(failure.end);
  await failure.also?.(world);
  return eventId;
}

/** Past every lease, ticket, fence and visibility time-out: what is not at its end by then never gets there. */
export async function comesToRest(world: FailureWorld): Promise<void> {
  await world.pass(720);
}

/** No secret and no plaintext in any table, queue, dead-letter queue, failure destination or log. */
export async function leavesNothingSecret({ world }: FailureWorld): Promise<void> {
  expect(await scanForSecrets(world)).toMatchObject({ hits: 0 });
  expect(world.messagesSeen().filter((body) => body.includes(SETTINGS_MARKER))).toEqual([]);
}
