import * as v from 'valibot';

/** One package as `package-lock.json` pins it. */
export type LockedPackage = {
  /** The path at which it is installed: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** The licence in SPDX, as the package states it. */
  readonly license: string;
  /** `sha512-<base64>`. */
  readonly integrity: string;
  /** Everything else works without this package. */
  readonly optional: boolean;
  /** The paths of the packages that this one needs. */
  readonly needs: readonly string[];
};

const requirements = v.optional(v.record(v.string(), v.string()), {});
const entry = v.object({
  version: v.optional(v.string()),
  license: v.optional(v.string()),
  integrity: v.optional(v.string()),
  dependencies: requirements,
  optionalDependencies: requirements,
});
const lock = v.object({ lockfileVersion: v.literal(3), packages: v.record(v.string(), entry) });
type Entry = v.InferOutput<typeof entry>;
type Packages = Readonly<Record<string, Entry>>;

export type ShippedPackages = {
  /** The paths of the direct dependencies. */
  readonly direct: readonly string[];
  readonly packages: readonly LockedPackage[];
};

/**
 * The packages that are shipped: the direct dependencies of `package-lock.json`, their dependencies, and so on; none
 * that are there for development. Sorted by path. Throws where one is not locked in full, or has no licence.
 */
export function shippedPackages(lockfile: unknown): ShippedPackages {
  const { packages } = v.parse(lock, lockfile);
  const { dependencies = {}, optionalDependencies = {} } = packages[''] ?? {};
  const direct = resolveAll(packages, '', Object.keys(dependencies));
  const optionally = resolveAll(packages, '', Object.keys(optionalDependencies));
  const required = closure(packages, direct);
  const all = new Set([...required, ...closure(packages, optionally)]);
  return {
    direct: [...direct, ...optionally].toSorted(),
    packages: [...all].toSorted().map((at) => lockedPackage(packages, at, { optional: !required.has(at) })),
  };
}

function lockedPackage(packages: Packages, at: string, { optional }: { readonly optional: boolean }): LockedPackage {
  const { version, license, integrity } = packages[at] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`${at} is not locked by its content`);
  if (license === undefined) throw new Error(`${at} does not say under which licence it is`);
  return { path: at, name: nameAt(at), version, license, integrity, optional, needs: neededBy(packages, at) };
}

function closure(packages: Packages, roots: readonly string[]): ReadonlySet<string> {
  const reached = new Set(roots);
  // The loop over a set also visits members that are added on the way.
  for (const at of reached) for (const needed of neededBy(packages, at)) reached.add(needed);
  return reached;
}

function neededBy(packages: Packages, at: string): readonly string[] {
  const { dependencies = {}, optionalDependencies = {} } = packages[at] ?? {};
  return resolveAll(packages, at, Object.keys({ ...dependencies, ...optionalDependencies }));
}

function resolveAll(packages: Packages, from: string, names: readonly string[]): readonly string[] {
  return names.map((name) => resolve(packages, from, name)).toSorted();
}

/** Finds a package as Node does: in the folder of the package itself, or of the nearest one around it. */
function resolve(packages: Packages, from: string, name: string): string {
  const steps = from === '' ? [] : from.split(/(?<=.)\/(?=node_modules\/)/);
  for (let depth = steps.length; depth >= 0; depth -= 1) {
    const candidate = [...steps.slice(0, depth), `node_modules/${name}`].join('/');
    if (packages[candidate] !== undefined) return candidate;
  }
  throw new Error(`${name}, which ${from || 'this project'} needs, is not locked`);
}

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
export function nameAt(at: string): string {
  return at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
