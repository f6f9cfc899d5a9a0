/**
 * Shifts a thread's `Date` by the stack clock's offset. The offset is read anew every time, so that a running function
 * sees an `advance`, too. `performance.now()` and timers stay real: time-outs are measured in real time.
 */
export function shiftDate(sharedOffset: SharedArrayBuffer): void {
  const RealDate = globalThis.Date;
  const realNowMs = RealDate.now;
  const offsetMs = new BigInt64Array(sharedOffset);
  const nowMs = () => realNowMs() + Number(Atomics.load(offsetMs, 0));
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [nowMs()] : args, newTarget),
    apply: () => new RealDate(nowMs()).toString(),
  });
  RealDate.now = nowMs;
  RealDate.prototype.constructor = ShiftedDate;
  globalThis.Date = ShiftedDate;
}
