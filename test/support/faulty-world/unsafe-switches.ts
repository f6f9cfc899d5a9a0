import type { SwitchedOff, Switches } from '../../../lib/switches/switches.ts';

/** A job has no more of them. */
export type Reading = Pick<Switches, 'read'>;

/** The reading of the brakes with one of its safeties taken out. */
export function claimWithoutSwitches(switches: Reading): Reading {
  return { ...switches, read: () => Promise.resolve([]) };
}

export function unreadableIsOn<Of extends Reading>(switches: Of): Of {
  return { ...switches, read: (of) => switches.read(of).catch(() => []) };
}

export function cachedSwitches(switches: Switches): Switches {
  const known = new Map<string, Promise<readonly SwitchedOff[]>>();
  return {
    ...switches,
    read(of) {
      const key = `${of.job} ${of.tenantId}`;
      const reading = known.get(key) ?? switches.read(of);
      // A reading that failed is no reading.
      reading.then(
        () => known.set(key, reading),
        () => known.delete(key),
      );
      return reading;
    },
  };
}

/** Takes the suspension of any tenant for one of the tenant that is asked about. */
export function suspensionOfAll(switches: Switches): Switches {
  const suspended = new Set<string>();
  return {
    ...switches,
    async read(of) {
      const [own, ...others] = await Promise.all(
        [of.tenantId, ...suspended].map((tenantId) => switches.read({ ...of, tenantId })),
      );
      if (own?.some(({ switchId }) => switchId === `tenant#${of.tenantId}`)) suspended.add(of.tenantId);
      return [...(own ?? []), ...others.flat()];
    },
  };
}
