/** Values in their order for whoever awaits them, up to a limit. */
export class EventQueue<Value> {
  readonly #limit: number;
  readonly #values: Value[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;
  #failure: unknown;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether no more should come until some are taken. */
  get isFull(): boolean {
    return this.#values.length >= this.#limit;
  }

  put(value: Value): void {
    this.#values.push(value);
    this.#wake();
  }

  /** Lets those who wait know that nothing comes any more; what is there can still be taken. */
  end(failure?: unknown): void {
    this.#ended = true;
    this.#failure ??= failure;
    this.#wake();
  }

  /** The next value, undefined after the last. Throws what it ended with, or the reason of the signal. */
  async next(signal?: AbortSignal): Promise<Value | undefined> {
    while (this.#values.length === 0) {
      signal?.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      await this.#change(signal);
    }
    signal?.throwIfAborted();
    return this.#values.shift();
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const woken = () => {
        this.#waiting.delete(woken);
        signal?.removeEventListener("abort", woken);
        resolve();
      };
      this.#waiting.add(woken);
      signal?.addEventListener("abort", woken);
    });
  }

  #wake(): void {
    for (const woken of this.#waiting) woken();
  }
}
