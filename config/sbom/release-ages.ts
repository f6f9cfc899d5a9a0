import * as v from 'valibot';
import type { LockedPackage } from './shipped-packages.ts';

/** Most malicious releases are found and withdrawn within days of their publication. */
export const MINIMUM_AGE_DAYS = 7;
const DAY_MS = 86_400_000;

/** The output of `npm view <name> time --json`: each version of a package, and when it was published. */
const releaseTimes = v.record(v.string(), v.pipe(v.string(), v.isoTimestamp()));

/** Returns the output of `npm view <name> time --json` for a package. Throws where the registry cannot be asked. */
export type ViewReleaseTimes = (name: string) => Promise<string>;

/** Why a release should not be used yet, in one sentence; undefined where it is old enough. */
export async function objectionTo(
  { name, version }: Pick<LockedPackage, 'name' | 'version'>,
  viewReleaseTimes: ViewReleaseTimes,
  nowMs: number,
): Promise<string | undefined> {
  const times = v.safeParse(v.pipe(v.string(), v.parseJson(), releaseTimes), await viewReleaseTimes(name));
  const published = times.success ? times.output[version] : undefined;
  if (published === undefined) return `${name} ${version}: the registry does not say when it was published`;
  const ageDays = (nowMs - Date.parse(published)) / DAY_MS;
  if (ageDays >= MINIMUM_AGE_DAYS) return;
  return `${name} ${version}: published ${published}, less than ${MINIMUM_AGE_DAYS} days ago`;
}
