/** A list of callbacks for one kind of event; each is called until it ends its own subscription. */
export type Listeners<Event> = {
  add(listener: (event: Event) => void): () => void;
  tell(event: Event): void;
};

export function createListeners<Event>(): Listeners<Event> {
  const listeners = new Set<(event: Event) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(event) {
      for (const listener of [...listeners]) listener(event);
    },
  };
}
