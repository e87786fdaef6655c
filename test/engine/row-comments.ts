/** The JSDoc above the rows of the option tables: name of the table -> key of the row -> its comment. Read by what writes the docs. */
export async function rowComments(): Promise<Map<string, Map<string, string>>> {
  const reader = (await import(new URL('../../scripts/generate/row-comments.mjs', import.meta.url).href)) as {
    rowComments: (folder: URL) => Map<string, Map<string, string>>;
  };
  return reader.rowComments(new URL('../../lib/engine/options/', import.meta.url));
}
