import { canHappen, FAULT_KINDS, type FaultKinds } from './fault-plan.ts';
import type { Failure, Findings } from './run-seeds.ts';

/** What a campaign came to, as tables. */
export function renderFindings(
  { runs, steps, faults, failures, compared }: Findings,
  kinds: FaultKinds = FAULT_KINDS,
): string {
  const all = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const rarest = rarestFault(faults, kinds);
  return [
    renderFaults(faults, kinds),
    `the rarest fault: ${rarest.name}, ${rarest.count} times`,
    ...(compared > 0 ? [`${compared} lives of one tenant, alone and among others`] : []),
    `${runs} runs, ${steps} steps, ${all} faults, ${failures.length} runs that broke an invariant`,
    '',
  ].join('\n');
}

/** Sites by kinds. `-`: cannot happen there, because the client never repeats the call. */
function renderFaults(faults: Findings['faults'], kinds: FaultKinds): string {
  const sites = [...new Set([...faults.keys()].map((name) => name.split(' ')[0] ?? ''))].sort();
  const cell = (site: string, kind: FaultKinds[number]) =>
    canHappen(site, kind) ? String(faults.get(`${site} ${kind}`) ?? 0) : '-';
  const rows = sites.map((site) => [site, ...kinds.map((kind) => cell(site, kind))]);
  return [['', ...kinds], ...rows]
    .map(([site = '', ...cells]) => site.padEnd(22) + cells.map((text) => text.padStart(13)).join(''))
    .join('\n');
}

/** The rarest pair of site and kind that can happen, for a floor. */
export function rarestFault(
  faults: Findings['faults'],
  kinds: FaultKinds = FAULT_KINDS,
): { readonly name: string; readonly count: number } {
  const sites = [...new Set([...faults.keys()].map((name) => name.split(' ')[0] ?? ''))];
  const pairs = sites.flatMap((site) =>
    [...kinds].filter((kind) => canHappen(site, kind)).map((kind) => `${site} ${kind}`),
  );
  const counted = pairs.map((name) => ({ name, count: faults.get(name) ?? 0 }));
  return counted.reduce((rarest, one) => (one.count < rarest.count ? one : rarest), {
    name: 'none',
    count: Number.POSITIVE_INFINITY,
  });
}

/** One failing seed: what it broke, and everything that happened. */
export function renderFailure({ seed, violations }: Failure, trace: readonly string[]): string {
  return [`seed ${seed}`, ...violations.map((violation) => `  ${violation}`), '', ...trace, ''].join('\n');
}
