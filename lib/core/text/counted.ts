/** "1 step", "2 steps", "1 of 3 works": a number and what is counted. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
