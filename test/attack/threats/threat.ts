/** One threat to the broker, what stands against it, and the tests that try it. */
export type Threat = {
  readonly id: string;
  /** P0 blocks a release; P1 belongs to version 1.0; P2 soon after. */
  readonly priority: 'P0' | 'P1' | 'P2';
  readonly title: string;
  readonly control: string;
  /** From the root of the repository. The first of a P0 is its attack. */
  readonly files: readonly string[];
  /** What no test of this repository can show: it takes AWS itself, a release, or is not built. */
  readonly open?: string;
};
