/** Settings in Redis' `INFO` that may lose tasks: its persistence, and what it evicts when memory is short. */
export function persistenceWarnings(info: string, shownUrl: string): string[] {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
  const found: string[] = [];
  if (fields.get('aof_enabled') === '0')
    found.push(
      `Redis at ${shownUrl} does not write every task to its disk (appendonly no): if it ends, tasks are lost and are added again. Set: appendonly yes`,
    );
  if (fields.get('aof_enabled') === '1' && fields.get('aof_last_write_status') === 'err')
    found.push(`Redis at ${shownUrl} cannot write its append-only file. Is its disk full?`);
  const policy = fields.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction')
    found.push(`Redis at ${shownUrl} drops keys when its memory is full (maxmemory-policy ${policy}). Set: maxmemory-policy noeviction`);
  return found;
}
