import { BrokerError } from '../errors.ts';

/**
 * Does work for which a caller waits, in real time. Throws `store.unavailable` if the work takes longer than the given
 * time.
 */
export type Within = <Result>(milliseconds: number, work: () => Promise<Result>) => Promise<Result>;

/** Work that is given up continues by itself, and its outcome is ignored. */
export const within: Within = async (milliseconds, work) => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new BrokerError('store.unavailable', `there was no answer in ${Math.round(milliseconds)} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([work(), over]);
  } finally {
    clearTimeout(timer);
  }
};
