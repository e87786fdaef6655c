/** A copy without the fields that are undefined, for readers that take a present field as given. */
export function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
