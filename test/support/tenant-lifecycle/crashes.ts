/** The process ended: nothing that it would have done after this happens. */
export class Crash extends Error {}

export type Crashes = {
  /** The port, with each call of it a step at which the process may end. */
  wrap<Port extends object>(name: string, port: Port): Port;
  /** Ends the process at this step: before its call took effect, or after. */
  crashAt(step: number, when: 'before' | 'after'): void;
  /** A new process begins. */
  restart(): void;
  /** Every call that took effect since the last restart, in their order. */
  readonly calls: string[];
  /** Is run before each call. */
  onCall: (call: string, parameters: readonly unknown[]) => void | Promise<void>;
};

export function crashes(): Crashes {
  let plan: { readonly step: number; readonly when: 'before' | 'after' } | undefined;
  let step = 0;
  let dead = false;

  function die(): never {
    dead = true;
    throw new Crash('the process ended');
  }

  async function call(name: string, parameters: readonly unknown[], effect: () => unknown): Promise<unknown> {
    if (dead) throw new Crash('the process ended');
    const mine = step++;
    await made.onCall(name, parameters);
    if (plan?.step === mine && plan.when === 'before') die();
    const answer = await effect();
    made.calls.push(name);
    return plan?.step === mine ? die() : answer;
  }

  const made: Crashes = {
    calls: [],
    onCall: () => undefined,
    crashAt(at, when) {
      plan = { step: at, when };
    },
    restart() {
      plan = undefined;
      step = 0;
      dead = false;
      made.calls.length = 0;
    },
    wrap: (name, port) =>
      new Proxy(port, {
        get(target, property) {
          const member: unknown = Reflect.get(target, property);
          if (typeof member !== 'function') return member;
          return (...parameters: unknown[]) =>
            call(`${name}.${String(property)}`, parameters, () => Reflect.apply(member, target, parameters));
        },
      }),
  };
  return made;
}
