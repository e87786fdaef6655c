/** An object whose native memory dispose() frees. */
interface Disposable {
  dispose(): { readonly promise: Promise<unknown> };
}

/**
 * Watches for owners that are garbage-collected without dispose(): warns, and frees their native memory, whose size the garbage collector does not
 * know. The owner registers itself with `native` and unregisters in dispose().
 *
 * @param what such as "An upscaler", for the warning
 * @param call how to dispose one, such as "upscaler.dispose()"
 */
export function leakWatch<N extends Disposable>(what: string, call: string): FinalizationRegistry<{ native: N; name?: string }> {
  return new FinalizationRegistry(({ native, name }) => {
    const named = name === undefined ? what : `${what} ${name}`;
    const warn = (text: string): void => process.emitWarning(text, { type: 'ArtistLeakWarning' });
    warn(`${named} was garbage-collected without dispose(). Call await ${call}, or declare it with "await using"`);
    native.dispose().promise.catch((error: unknown) => warn(`${named} was not disposed and could not be freed: ${String(error)}`));
  });
}
