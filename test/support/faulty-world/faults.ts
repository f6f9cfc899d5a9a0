import type { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { currentProcess, type Gate, never, type Process, type ProcessKind } from './process.ts';

/** What can happen to one call on its way out and back. */
export type Fault =
  | 'crashBefore'
  | 'crashAfter'
  /** Nothing happened, and the caller sees a broken connection. */
  | 'loseRequest'
  /** It happened, and the caller sees a broken connection. */
  | 'loseResponse'
  /** It happened, the answer was lost, and the client of the SDK made the same call again. */
  | 'repeat'
  /** It happened, and the answer breaks off in the middle. */
  | 'cutShort'
  | 'throttle'
  /** The service answers with this error and does nothing. */
  | { readonly answer: Error }
  | { readonly stall: Gate }
  | { readonly slowMs: number };

/** One call of a process to the outside, as far as tests look at it. */
export type Call = {
  readonly sequence: number;
  readonly processId: number;
  readonly process: ProcessKind | 'test';
  readonly site: string;
  /** The issuance or the request that the call is about. */
  readonly subject: string;
  readonly attempt: number | undefined;
  /** What STS is asked for. */
  readonly assume: AssumeRoleCommand['input'] | undefined;
};

export type CallMade = Pick<Call, 'site'> & Partial<Pick<Call, 'subject' | 'attempt' | 'assume'>>;

/** How the service itself breaks a connection and throttles. */
export type Temper = { readonly broken: () => Error; readonly throttled: () => Error };

export type Faults = {
  readonly calls: readonly Call[];
  /** The next calls at this site (`ledger.*` for every one of the ledger) meet these faults, one each; `ok` is none. */
  breakAt(site: string, ...faults: readonly (Fault | 'ok')[]): void;
  /** Every call at this site, until it is mended. */
  breakAlways(site: string, fault: Fault): void;
  mend(): void;
  /** Asked first at every call. */
  choose: ((call: Call) => Fault | undefined) | undefined;
  /** Told of every call before it has an effect. */
  watch: ((call: Call) => void) | undefined;
  through<Answer>(made: CallMade, temper: Temper, effect: () => Promise<Answer>): Promise<Answer>;
};

export function makeFaults({ advance }: { readonly advance: (milliseconds: number) => void }): Faults {
  const calls: Call[] = [];
  const once = new Map<string, (Fault | 'ok')[]>();
  const always = new Map<string, Fault>();

  function planned(site: string): Fault | undefined {
    for (const pattern of [site, `${site.split('.')[0]}.*`, '*']) {
      const next = once.get(pattern)?.shift();
      if (next !== undefined) return next === 'ok' ? undefined : next;
      const standing = always.get(pattern);
      if (standing !== undefined) return standing;
    }
    return undefined;
  }

  const faults: Faults = {
    calls,
    choose: undefined,
    watch: undefined,
    breakAt: (site, ...planned) => void once.set(site, [...(once.get(site) ?? []), ...planned]),
    breakAlways: (site, fault) => void always.set(site, fault),
    mend() {
      once.clear();
      always.clear();
      faults.choose = undefined;
    },
    async through(made, temper, effect) {
      const process = currentProcess();
      if (process?.isDead()) return never();
      const call = noted(made, process);
      if (process === undefined) return effect();
      const fault = faults.choose?.(call) ?? planned(call.site);
      await delay(fault, process);
      const stopped = stopping(fault, temper);
      if (stopped !== undefined) throw stopped;
      faults.watch?.(call);
      const answer = await effectOf(effect, fault, temper);
      if (fault === 'crashAfter') return process.die();
      return process.isDead() ? never() : answer();
    },
  };

  function noted(made: CallMade, process: Process | undefined): Call {
    const call: Call = {
      sequence: calls.length,
      processId: process?.id ?? 0,
      process: process?.kind ?? 'test',
      site: made.site,
      subject: made.subject ?? '',
      attempt: made.attempt,
      assume: made.assume,
    };
    calls.push(call);
    return call;
  }

  async function delay(fault: Fault | undefined, process: Process): Promise<void> {
    if (fault === 'crashBefore') return process.die();
    if (typeof fault !== 'object') return;
    if ('stall' in fault) await process.standStill(fault.stall);
    if ('slowMs' in fault) advance(fault.slowMs);
  }
  return faults;
}

function stopping(fault: Fault | undefined, temper: Temper): Error | undefined {
  if (fault === 'loseRequest') return temper.broken();
  if (fault === 'throttle') return temper.throttled();
  return typeof fault === 'object' && 'answer' in fault ? fault.answer : undefined;
}

/** An answer that breaks off: whoever writes it on a wire cuts it, for everybody else it is no answer. */
export class CutShort extends Error {
  readonly whole: PromiseSettledResult<unknown>;
  constructor(whole: PromiseSettledResult<unknown>) {
    super('the answer breaks off');
    this.name = 'SyntaxError';
    this.whole = whole;
  }
}

/** What the caller will see, held back until it is known whether the caller still lives. */
async function effectOf<Answer>(
  effect: () => Promise<Answer>,
  fault: Fault | undefined,
  temper: Temper,
): Promise<() => Answer> {
  const [first] = await Promise.allSettled([effect()]);
  if (fault === 'loseResponse') {
    return () => {
      throw temper.broken();
    };
  }
  if (fault === 'cutShort') {
    return () => {
      throw new CutShort(first);
    };
  }
  const [seen] = fault === 'repeat' ? await Promise.allSettled([effect()]) : [first];
  return () => {
    if (seen.status === 'rejected') throw seen.reason;
    return seen.value;
  };
}

/** An error with this name, as the SDK makes them of a service's answer. */
export function namedError(name: string, fields: object = {}): Error {
  return Object.assign(new Error(`${name} of the test`), { name, ...fields });
}
