import type { Digest } from '../digest.ts';
import type { PublicKey } from './public-keys.ts';
import type { Report } from './verification-finding.ts';

/**
 * Collects which key proved which digests. The name of the key in a digest is not signed, so it is compared with the
 * names in the other digests of the same key.
 */
export type KeyNames = {
  see(
    publicKey: PublicKey,
    seen: { readonly keyId: string; readonly digest: Pick<Digest, 'sequence'>; readonly object: string },
  ): void;
  /** Called once, at the end. */
  conclude(report: Report): readonly KeyUse[];
};

export type KeyUse = {
  readonly publicKeySha256: string;
  /** The name by which most of its digests call the key. */
  readonly keyId: string;
  readonly digests: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
};

type Names = Map<string, { count: number; readonly objects: string[] }>;
type Use = { firstSequence: number; lastSequence: number; readonly names: Names };
const MOST_NAMED = 100;

export function makeKeyNames(): KeyNames {
  const uses = new Map<string, Use>();
  return {
    see({ sha256 }, { keyId, digest, object }) {
      const use = uses.get(sha256) ?? { firstSequence: digest.sequence, lastSequence: 0, names: new Map() };
      const name = use.names.get(keyId) ?? { count: 0, objects: [] };
      name.count += 1;
      if (name.objects.length < MOST_NAMED) name.objects.push(object);
      use.names.set(keyId, name);
      use.lastSequence = digest.sequence;
      uses.set(sha256, use);
    },
    conclude: (report) =>
      [...uses].map(([publicKeySha256, { firstSequence, lastSequence, names }]) => {
        const [[keyId, { count }] = ['', { count: 0 }], ...others] = [...names].sort(
          ([, left], [, right]) => right.count - left.count,
        );
        for (const [other, { objects }] of others) {
          for (const object of objects) {
            const explanation = `it names the key ${other}; ${count} other digests of that key name ${keyId}`;
            report({ kind: 'keyNameChanged', object, explanation });
          }
        }
        const digests = [...names.values()].reduce((sum, name) => sum + name.count, 0);
        return { publicKeySha256, keyId, digests, firstSequence, lastSequence };
      }),
  };
}
