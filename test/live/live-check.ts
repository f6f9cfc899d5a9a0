import type { Ground } from './ground.ts';

/** One question about AWS that the documents leave open, or that too much rests on to take their word for it. */
export type LiveCheck = {
  readonly name: string;
  readonly question: string;
  /** What AWS's documents say, or that they are silent. */
  readonly documents: string;
  /** How AWS is asked. */
  readonly asked: string;
  /** The answer that the design leans on; undefined: there is no wrong one, it is measured. */
  readonly expected?: string;
  /** What another answer, or the figure, means for the design. */
  readonly means: string;
  /** Why the embedded stack cannot be asked; undefined: it can. */
  readonly needsAws?: string;
  /** Asks, and gives the answer in the words of `expected`. Whatever it makes it hands to the ground's removals. */
  ask(ground: Ground): Promise<string>;
};

export type Checked = {
  readonly check: LiveCheck;
  /** `differs`: another answer than expected; `broke`: no answer, which says nothing about AWS. */
  readonly verdict: 'as expected' | 'measured' | 'differs' | 'broke' | 'needs AWS';
  readonly answer: string;
};
