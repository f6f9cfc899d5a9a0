import { randomBytes, randomUUID } from 'node:crypto';

/** The source of the embedded stack's random values; a simulator injects a seeded one. */
export type StackIds = {
  uuid(): string;
  bytes(length: number): Uint8Array;
};

export const systemIds: StackIds = {
  uuid: () => randomUUID(),
  bytes: (length) => randomBytes(length),
};
