/**
 * Begins the work of the next few items while the caller is busy with one, and gives the outcomes in order. An error comes
 * when its turn has come.
 */
export async function* readAhead<Item, Outcome>(
  items: AsyncIterable<Item>,
  { count, work }: { readonly count: number; readonly work: (item: Item) => Promise<Outcome> },
): AsyncGenerator<Outcome, void> {
  const begun: Promise<Outcome>[] = [];
  for await (const item of items) {
    const outcome = work(item);
    // Awaited below; until then nobody listens, and Node would end the process.
    outcome.catch(() => undefined);
    begun.push(outcome);
    if (begun.length < count) continue;
    const first = begun.shift();
    if (first !== undefined) yield await first;
  }
  for (const outcome of begun) yield await outcome;
}
