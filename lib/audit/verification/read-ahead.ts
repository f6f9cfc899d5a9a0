/**
 * Begins the work of the next few items while the caller is busy with one, and yields the outcomes in order. An error
 * is thrown when the turn of its item has come.
 */
export async function* readAhead<Item, Outcome>(
  items: AsyncIterable<Item>,
  { count, work }: { readonly count: number; readonly work: (item: Item) => Promise<Outcome> },
): AsyncGenerator<Outcome, void> {
  const begun: Promise<Outcome>[] = [];
  for await (const item of items) {
    const outcome = work(item);
    // The outcome is awaited below; a rejection that nobody handles until then would make Node end the process.
    outcome.catch(() => undefined);
    begun.push(outcome);
    if (begun.length < count) continue;
    const first = begun.shift();
    if (first !== undefined) yield await first;
  }
  for (const outcome of begun) yield await outcome;
}
