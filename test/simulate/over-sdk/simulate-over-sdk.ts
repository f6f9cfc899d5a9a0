import { type Simulation, type SimulationOptions, simulate } from '../simulation.ts';
import { type SdkClientOptions, sdkClients } from './sdk-clients.ts';
import { virtualPauses } from './virtual-pauses.ts';

export type OverSdk = Simulation & {
  /** HTTP requests that a client made again, as its retries are set. */
  readonly repeats: number;
  /** Calls of STS, each one HTTP request. */
  readonly stsCalls: number;
};

/**
 * One run as `simulate` makes it, but that every call goes through the SDK's own client, set as deployed, onto the wire
 * and breaks there; what is repeated, and what an answer that breaks off comes to, is for the SDK to say. For threads in
 * which nothing else waits for a timer.
 */
export async function simulateOverSdk(
  seed: number,
  options: Omit<SimulationOptions, 'clients'> & SdkClientOptions = {},
): Promise<OverSdk> {
  const made = sdkClients(options);
  let restore: () => void = () => undefined;
  const clients = {
    clientsOf: made.clientsOf,
    async begin(clock: Parameters<typeof virtualPauses>[0]) {
      await made.warmUp();
      restore = virtualPauses(clock);
    },
    end: () => restore(),
    violations() {
      const { sends, requests } = made.sts;
      const { forbidden } = made.repeated;
      return [
        ...(sends === requests ? [] : [`I1: ${sends} calls of STS were ${requests} HTTP requests`]),
        ...(forbidden === 0 ? [] : [`I3: ${forbidden} HTTP requests of STS or a claim were made again`]),
      ];
    },
  };
  try {
    const run = await simulate(seed, { ...options, clients });
    return { ...run, repeats: made.repeated.allowed, stsCalls: made.sts.requests };
  } finally {
    restore();
  }
}
