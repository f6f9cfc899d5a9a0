import { BrokerError } from '../errors.ts';

/** Does work that somebody waits for, in real time. Throws `store.unavailable` where it is not done by then. */
export type Within = <Result>(milliseconds: number, work: () => Promise<Result>) => Promise<Result>;

/** What is given up goes on by itself, and nobody hears of its end. */
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
