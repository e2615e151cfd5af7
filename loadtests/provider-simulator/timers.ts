/** Work put off, all of which can be called off at once, so that nothing acts after the simulator is cleared or closed. */
export class Timers {
  readonly #waiting = new Set<NodeJS.Timeout>();

  get size(): number {
    return this.#waiting.size;
  }

  later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      work();
    }, delayMs);
    this.#waiting.add(timer);
  }

  /** Never ends when it is called off. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.later(delayMs, resolve));
  }

  clear(): void {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
  }
}
