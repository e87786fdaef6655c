/** Most bytes of scripts, compressed by gzip. */
export const mostScript: { readonly firstView: number; readonly furtherPage: number };
/** Bytes of the first view, and of each further page what it adds, the largest first. */
export function pageScripts(): { firstView: number; further: { name: string; bytes: number }[] };
