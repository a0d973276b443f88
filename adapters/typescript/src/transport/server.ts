import { EventQueue } from "../queue.js";

/** The connections of a server: all that there are, and those that nobody has taken yet. */
export abstract class ConnectionServer<C extends { close(): void }> implements AsyncIterable<C> {
  readonly #connections = new Set<C>();
  readonly #new: EventQueue<C>;

  /** maxWaiting: how many may wait to be taken. */
  protected constructor(maxWaiting: number) {
    this.#new = new EventQueue(maxWaiting);
  }

  /** The connections that there are. */
  get connections(): C[] {
    return [...this.#connections];
  }

  /** The connections that come from now on, until the server is closed. Throws the reason of the signal once that is aborted. */
  async *accept(signal?: AbortSignal): AsyncGenerator<C, void, undefined> {
    for (;;) {
      const connection = await this.#new.next(signal);
      if (connection === undefined) return;
      yield connection;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<C, void, undefined> {
    return this.accept();
  }

  /** Closes all connections, and takes no more. */
  abstract close(): void;

  protected get isFull(): boolean {
    return this.#new.isFull;
  }

  protected add(connection: C): void {
    this.#connections.add(connection);
    this.#new.put(connection);
  }

  protected remove(connection: C): void {
    this.#connections.delete(connection);
  }

  /** Ends the iterations. */
  protected end(error?: Error): void {
    this.#new.end(error);
  }

  protected closeAll(): void {
    for (const connection of this.#connections) connection.close();
  }
}
