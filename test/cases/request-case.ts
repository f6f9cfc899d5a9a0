import type { RefusalReason } from '../../lib/errors.ts';
import type { World } from '../support/broker-world.ts';

/** A queue message, the world it arrives in, and what becomes of it. */
export type RequestCase = {
  readonly name: string;
  readonly body: string;
  /** What differs from the world in which the plain request is allowed. */
  readonly world?: Partial<World>;
  readonly code: RefusalReason;
  /** A part of the explanation on record. */
  readonly says: string;
};

/** Cases of one code. */
export function rows(
  code: RefusalReason,
  cases: readonly (readonly [name: string, body: string, says: string, world?: Partial<World>])[],
): readonly RequestCase[] {
  return cases.map(([name, body, says, world]) => ({
    name,
    body,
    says,
    code,
    ...(world === undefined ? {} : { world }),
  }));
}
