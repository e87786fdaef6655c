/** Work on one thing, one after the other: each begins when what was asked before has ended. Not reentrant. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // told to the one who asked for it
    return done;
  }
}
