/** What calling a hook gave. */
export interface CallResult {
  /** Exit status of a command, HTTP status of a webhook; null: there was none. */
  status: number | null;
  /** Why it does not count as done; undefined: it was. */
  problem?: string;
  /** The end of what a command printed. */
  output?: string;
}
