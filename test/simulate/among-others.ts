import { isDeepStrictEqual } from 'node:util';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { lifeOfAcme } from './life-of-acme.ts';

/** What came of one seed. */
export type AmongOthers = {
  /** Each begins with the invariant's name. */
  readonly violations: readonly string[];
  /** What the tenant got: `completed`, `request refused`, `answered 200` and the like. */
  readonly kinds: readonly string[];
  /** Those that the others met. */
  readonly faults: number;
};

/**
 * I16: what one tenant gets is the same whether it is alone or others ask beside it, are refused, suspended and changed,
 * and the calls that are made for them break; attempts and times aside. Both runs are of the same seed.
 */
export async function amongOthers(seed: number, wiring: Wiring = 'production'): Promise<AmongOthers> {
  const alone = await lifeOfAcme(seed, { wiring });
  const mixed = await lifeOfAcme(seed, { wiring, amongOthers: (subject) => alone.got.has(subject) });
  const ids = [...new Set([...alone.got.keys(), ...mixed.got.keys()])];
  const differing = ids.filter((id) => !isDeepStrictEqual(alone.got.get(id), mixed.got.get(id)));
  const told = (got: unknown) => JSON.stringify(got ?? 'nothing');
  return {
    violations: [
      ...differing.map((id) => `I16: ${id}: alone ${told(alone.got.get(id))}, among others ${told(mixed.got.get(id))}`),
      ...alone.violations,
      ...mixed.violations,
    ],
    kinds: [...alone.got.values()].map(({ kind }) => kind),
    faults: mixed.faults,
  };
}
