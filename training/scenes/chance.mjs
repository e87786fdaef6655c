/** A seeded source of chance: the same pictures on every machine. */
let state = 20261126;
export const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
export const between = (a, b) => a + (b - a) * random();
export const pick = (list) => list[Math.floor(random() * list.length)];
