/** How much is done at once. */
interface Limits {
  /** Items of one batch. */
  batch: number;
  /** Batches under way. */
  batches: number;
  /** Items that wait for their batch; one more is turned away. */
  waiting: number;
}

/** The work on batches. Every function is given at least one item. */
interface Work<Item, Result> {
  /** Does all or nothing; one result per item, in order. */
  run(items: Item[]): Promise<Result[]>;
  /** Whether an error of a batch may be the fault of one of its items, so that each is to be tried alone. */
  blamesItem(error: unknown): boolean;
  /** What an item that finds no place is turned away with. */
  full(): Error;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Puts calls that come together into batches, and gives each its own result once its batch is done. Without timers: a batch
 * starts at the end of the turn of the event loop in which its first item came, or when one under way ends, with all that
 * has come by then.
 */
export function coalesce<Item, Result>(
  { run, blamesItem, full }: Work<Item, Result>,
  limits: Limits,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let underWay = 0;
  let starting = false;

  function startSoon(): void {
    if (starting || underWay === limits.batches) return;
    starting = true;
    setImmediate(() => {
      starting = false;
      while (waiting.length > 0 && underWay < limits.batches) void next();
    });
  }

  async function next(): Promise<void> {
    const batch = waiting.slice(0, limits.batch);
    waiting = waiting.slice(limits.batch);
    underWay++;
    await settle(batch);
    underWay--;
    if (waiting.length > 0) startSoon();
  }

  async function settle(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Result);
    } catch (error) {
      if (batch.length > 1 && blamesItem(error)) for (const each of batch) await settle([each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= limits.waiting) return reject(full());
      waiting.push({ item, resolve, reject });
      startSoon();
    });
}
