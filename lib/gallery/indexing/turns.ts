/** Runs tasks one after the other, in the order of the calls. Not reentrant. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // the caller of take() gets the error
    return done;
  }
}
