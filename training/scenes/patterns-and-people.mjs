/** Abstract pictures and portraits. Each gives its SVG and what it may be called. */
import { between, pick, random } from './chance.mjs';
import { dark, ellipse, hex, hill, light, N, poly, raw, rect, S, setTime, TIMES } from './drawing.mjs';

// --- abstract pictures -----------------------------------------------------------------------------
const COLOURS = {
  red: [222, 62, 60],
  orange: [245, 150, 60],
  yellow: [250, 210, 80],
  green: [85, 175, 95],
  teal: [60, 170, 170],
  blue: [70, 130, 220],
  purple: [140, 90, 195],
  pink: [245, 150, 190],
};
export function abstract() {
  const kind = pick(['circles', 'triangles', 'squares', 'stripes', 'shapes', 'shapes', 'waves']);
  const names = Object.keys(COLOURS)
    .sort(() => random() - 0.5)
    .slice(0, random() < 0.55 ? 2 : 5);
  const ground = S.ink
    ? '#fff'
    : hex(
        pick([
          [250, 247, 240],
          [30, 32, 60],
          [250, 230, 200],
          [225, 238, 245],
        ]),
      );
  let s = `<rect width="${N}" height="${N}" fill="${ground}"/>`;
  const c = () => COLOURS[pick(names)],
    ink = () => pick(['fill', 'line']);
  if (kind === 'stripes') {
    const w = between(9, 16);
    for (let x = 0; x < N; x += w) s += raw(rect(x, 0, w * 0.8, N), c(), (x / w) % 2 < 1 ? 'fill' : 'none');
  } else if (kind === 'squares') {
    const w = N / pick([4, 5, 6]);
    for (let y = 0; y < N - 1; y += w) for (let x = 0; x < N - 1; x += w) s += raw(rect(x + 1, y + 1, w - 2, w - 2), c(), ink());
  } else if (kind === 'waves') {
    for (let i = 0; i < 6; i++) s += raw(hill(14 + i * 20, 6, 1.5), c(), i % 2 ? 'fill' : 'line');
  } else {
    for (let i = 0; i < 11; i++) {
      const x = between(12, 116),
        y = between(12, 116),
        r = between(8, 26),
        a = between(0, 6.28);
      const what = kind === 'shapes' ? pick(['circles', 'triangles', 'squares']) : kind;
      s += raw(
        what === 'circles'
          ? ellipse(x, y, r)
          : poly(
              ...[0, 1, 2, 3].slice(0, what === 'triangles' ? 3 : 4).map((k) => {
                const t = a + (k * 6.2832) / (what === 'triangles' ? 3 : 4);
                return [x + r * Math.cos(t), y + r * Math.sin(t)];
              }),
            ),
        c(),
        ink(),
      );
    }
  }
  const two = names.length === 2 && !S.ink ? ` in ${names[0]} and ${names[1]}` : '';
  const noun = {
    circles: ['circles', 'abstract circles', 'colorful circles'],
    triangles: ['triangles', 'abstract triangles'],
    squares: ['a grid of squares', 'a mosaic of squares'],
    stripes: ['stripes', 'colorful stripes'],
    waves: ['abstract waves', 'wavy stripes'],
    shapes: ['abstract shapes', 'geometric shapes', 'abstract art'],
  }[kind];
  return [s, [...noun, pick(['abstract art', 'abstract shapes', 'an abstract pattern'])].map((n) => n + two)];
}

// --- portraits -------------------------------------------------------------------------------------
export function portrait() {
  setTime(TIMES.day);
  const old = random() < 0.45,
    woman = random() < 0.45;
  const role = random() < 0.5 ? pick(woman ? ['queen', 'witch'] : ['sailor', 'sailor', 'king', 'wizard', 'cook']) : '';
  const skin = pick([
    [250, 215, 185],
    [225, 175, 135],
    [170, 115, 80],
    [120, 80, 55],
  ]);
  const tone = old ? 'gray' : pick(['black', 'brown', 'blond', 'red']);
  const hair = { gray: [215, 215, 215], black: [45, 40, 45], brown: [120, 75, 45], blond: [240, 205, 110], red: [205, 90, 45] }[tone];
  const beard = !woman && (role === 'sailor' || role === 'wizard' || random() < 0.4),
    glasses = !role && random() < 0.35;
  const ground = pick(Object.keys(COLOURS));
  const clothes =
    role === 'sailor'
      ? [35, 60, 120]
      : role === 'king' || role === 'queen'
        ? [190, 40, 60]
        : role === 'cook'
          ? [250, 250, 250]
          : role
            ? [70, 50, 120]
            : COLOURS[pick(Object.keys(COLOURS))];
  let s = `<rect width="${N}" height="${N}" fill="${S.ink ? '#fff' : hex(light(COLOURS[ground], 0.45))}"/>`;
  const y = 58;
  if (woman) s += raw(`M34 ${y}a30 34 0 0 1 60 0l4 42q-34 14 -68 0Z`, hair, 'fill');
  s +=
    raw(`M18 ${N}q2 -30 30 -32h32q28 2 30 32Z`, clothes) +
    raw(rect(56, 82, 16, 18), dark(skin, 0.08)) +
    (role === 'sailor' ? raw(poly([46, 97], [64, 118], [82, 97], [76, 95], [64, 108], [52, 95]), [250, 250, 250]) : '');
  s += raw(ellipse(64, y + 4, 25, 29), skin);
  if (beard)
    s += raw(
      `M39 ${y + 6}q0 ${role === 'wizard' ? 58 : 36} 25 ${role === 'wizard' ? 62 : 38}q25 -2 25 -38q-6 14 -14 8q-11 -6 -22 0q-8 6 -14 -8Z`,
      hair,
      'fill',
    );
  s += woman
    ? raw(`M38 ${y + 2}q4 -30 26 -30q22 0 26 30q-14 -20 -26 -20q-14 4 -26 20Z`, hair, 'fill')
    : raw(`M38 ${y}q-1 -28 26 -28q27 0 26 28q-4 -14 -14 -15q-14 2 -24 0q-10 2 -14 15Z`, hair, 'fill');
  for (const x of [54, 74]) s += raw(ellipse(x, y + 2, 3, 3.4), [40, 35, 40], 'fill');
  for (const x of [54, 74]) s += raw(rect(x - 5, y - 6, 10, 2), dark(hair, 0.25), 'fill');
  s +=
    raw(poly([64, y + 6], [68, y + 14], [61, y + 14]), dark(skin, 0.18), 'fill') +
    raw(`M55 ${y + 19}q9 8 18 0q-9 3 -18 0Z`, [190, 60, 70], 'fill');
  if (glasses) for (const x of [54, 74]) s += `<circle cx="${x}" cy="${y + 2}" r="7.5" fill="none" stroke="#222" stroke-width="2"/>`;
  if (glasses) s += raw(rect(61, y + 1, 6, 1.6), [30, 30, 30], 'fill');
  if (role === 'sailor')
    s +=
      raw(`M36 ${y - 14}q28 -10 56 0l-2 8q-26 -8 -52 0Z`, [30, 40, 70], 'fill') +
      raw(`M36 ${y - 14}q-4 -20 28 -22q32 2 28 22q-28 -9 -56 0Z`, [250, 250, 250]) +
      raw(ellipse(64, y - 21, 3.5), [240, 200, 80], 'fill');
  if (role === 'king' || role === 'queen')
    s += raw(poly([40, y - 16], [37, y - 40], [50, y - 28], [64, y - 44], [78, y - 28], [91, y - 40], [88, y - 16]), [250, 205, 70]);
  if (role === 'wizard' || role === 'witch')
    s +=
      raw(poly([32, y - 13], [70, y - 56], [96, y - 13]), role === 'witch' ? [50, 40, 60] : [70, 60, 160], 'fill') +
      raw(ellipse(64, y - 14, 38, 5), role === 'witch' ? [60, 50, 70] : [85, 75, 180], 'fill');
  if (role === 'cook') s += raw(`M42 ${y - 16}l-2 -14a11 11 0 0 1 12 -12a13 13 0 0 1 24 0a11 11 0 0 1 12 12l-2 14Z`, [252, 252, 252]);
  const who = role || (woman ? pick(['woman', old ? 'grandmother' : 'girl']) : pick(['man', old ? 'grandfather' : 'boy']));
  const age = old ? (who.startsWith('grand') ? '' : 'old ') : random() < 0.3 ? 'young ' : '';
  const extra = glasses
    ? pick([' with glasses', ''])
    : beard
      ? pick([' with a beard', ''])
      : !role && !old
        ? pick([` with ${tone} hair`, ''])
        : '';
  const an = (age || who)[0] === 'o' ? 'an' : 'a';
  return [
    s,
    [`portrait of ${an} ${age}${who}${extra}`, `a portrait of ${an} ${age}${who}`, `${an} ${age}${who}`, `${an} ${age}${who}${extra}`],
    `${ground} background`,
  ];
}
