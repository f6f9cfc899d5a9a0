/** What was made and has to go again: undone in the reverse order of its making, each on its own. */
export type Removals = {
  /** @param what names the thing to whoever has to remove it by hand. */
  add(what: string, remove: () => Promise<unknown>): void;
  /** Undoes everything once. Gives what is left, with why. */
  run(): Promise<readonly string[]>;
};

const TRIES = 4;
const PAUSE_MS = 5_000;

/** Something that is still in use a moment after it was let go of is tried again; what stays is told, never thrown. */
export function createRemovals(pause: (milliseconds: number) => Promise<unknown>): Removals {
  const made: { readonly what: string; readonly remove: () => Promise<unknown> }[] = [];
  return {
    add: (what, remove) => void made.push({ what, remove }),
    async run() {
      const left: string[] = [];
      for (const { what, remove } of made.splice(0).reverse()) {
        const problem = await undo(remove, pause);
        if (problem !== undefined) left.push(`${what}: ${problem}`);
      }
      return left;
    },
  };
}

async function undo(
  remove: () => Promise<unknown>,
  pause: (milliseconds: number) => Promise<unknown>,
): Promise<string | undefined> {
  let problem = '';
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      await remove();
      return undefined;
    } catch (error) {
      problem = error instanceof Error ? `${error.name} ${error.message}` : String(error);
      if (tries < TRIES) await pause(PAUSE_MS);
    }
  }
  return problem;
}
