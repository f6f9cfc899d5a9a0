/** What happens when, in virtual time: a binary heap, so that hundreds of thousands of messages can be waited for. */
export type Agenda = {
  at(timeMs: number, happens: () => Promise<void> | void): void;
  /** Lets everything happen in its order until nothing is left, or until then. */
  run(options: { readonly untilMs: number; readonly clock: { set(epochMs: number): void } }): Promise<void>;
};

type Entry = { readonly timeMs: number; readonly order: number; readonly happens: () => Promise<void> | void };

export function makeAgenda(): Agenda {
  const heap: Entry[] = [];
  let order = 0;

  function isBefore(one: Entry | undefined, other: Entry | undefined): boolean {
    if (one === undefined || other === undefined) return one !== undefined;
    return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.order < other.order);
  }

  function swap(one: number, other: number): void {
    const [first, second] = [heap[one], heap[other]];
    if (first === undefined || second === undefined) return;
    heap[one] = second;
    heap[other] = first;
  }

  function rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index], heap[parent])) return;
      swap(index, parent);
      index = parent;
    }
  }

  function sink(): void {
    let index = 0;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const least = isBefore(heap[right], heap[left]) ? right : left;
      if (!isBefore(heap[least], heap[index])) return;
      swap(index, least);
      index = least;
    }
  }

  function next(): Entry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      sink();
    }
    return first;
  }

  return {
    at(timeMs, happens) {
      order += 1;
      heap.push({ timeMs, order, happens });
      rise(heap.length - 1);
    },
    async run({ untilMs, clock }) {
      for (let entry = heap[0]; entry !== undefined && entry.timeMs <= untilMs; entry = heap[0]) {
        next();
        clock.set(entry.timeMs);
        const happening = entry.happens();
        if (happening !== undefined) await happening;
      }
    },
  };
}
