/** Tracks the native jobs of a loaded object, so that its dispose() can cancel them and wait for their end. */
export class RunningJobs {
  readonly #jobs = new Map<(reason: unknown) => void, Promise<void>>();

  /** For JobRun.track: registers a running job; the returned function is called when it has ended. */
  readonly track = (cancel: (reason: unknown) => void): (() => void) => {
    let ended = (): void => undefined;
    this.#jobs.set(cancel, new Promise<void>((resolve) => (ended = resolve)));
    return () => {
      this.#jobs.delete(cancel);
      ended();
    };
  };

  /** Cancels all of them with `reason`; resolves when native work has ended. */
  async cancel(reason: unknown): Promise<void> {
    const running = [...this.#jobs];
    for (const [cancel] of running) cancel(reason);
    await Promise.all(running.map(([, ended]) => ended));
  }
}
