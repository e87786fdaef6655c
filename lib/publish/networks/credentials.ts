/** The secrets of one account: a token, or a session whose tokens are renewed now and then. */
export interface Credentials<T> {
  read(): Promise<T>;
  /**
   * Replaces them while no other process can, and stores them durably before it returns, because a network may accept the old ones no more.
   * `change` gets the newest: if another process has renewed them meanwhile, it returns them as they are.
   */
  renew(change: (current: T) => Promise<T>): Promise<T>;
}
