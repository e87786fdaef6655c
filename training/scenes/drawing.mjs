/** Colours, styles, shapes and skies: everything that the pictures are drawn with. A style turns a path and a colour into SVG. */
import { between, pick } from './chance.mjs';

export const N = 128;

// --- colour --------------------------------------------------------------------------------------
export const hex = (c) =>
  '#' +
  c
    .map((v) =>
      Math.round(Math.max(0, Math.min(255, v)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('');
export const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);
export const light = (c, t) => mix(c, [255, 255, 255], t);
export const dark = (c, t) => mix(c, [0, 0, 0], t);
export const saturate = (c, t) => {
  const g = (c[0] + c[1] + c[2]) / 3;
  return c.map((v) => g + (v - g) * t);
};

// --- the styles: how a shape of a colour is drawn --------------------------------------------------
let gradient = 0;
const shaded = (_c, top, bottom) => {
  const id = `g${gradient++}`;
  return [
    `<linearGradient id="${id}" x1="0" y1="0" x2="0.3" y2="1"><stop offset="0" stop-color="${hex(top)}"/><stop offset="1" stop-color="${hex(bottom)}"/></linearGradient>`,
    `url(#${id})`,
  ];
};
const plain = (change) => (d, c) => `<path d="${d}" fill="${hex(change(c))}"/>`;
export const STYLES = {
  'fluent-emoji': {
    names: ['glossy 3d render', '3d toy'],
    draw: (d, c) => {
      const [def, fill] = shaded(c, light(saturate(c, 1.15), 0.28), mix(dark(c, 0.1), [200, 80, 160], 0.1));
      return `${def}<path d="${d}" fill="${fill}"/>`;
    },
  },
  'fluent-emoji-flat': { names: ['flat vector art', 'geometric illustration'], draw: plain((c) => saturate(c, 1.1)) },
  'fluent-emoji-high-contrast': {
    names: ['black ink drawing', 'black and white icon'],
    ink: true,
    draw: (d, _c, ink) =>
      ink === 'none'
        ? ''
        : ink === 'fill'
          ? `<path d="${d}" fill="#000"/>`
          : `<path d="${d}" fill="#fff" stroke="#000" stroke-width="2.4" stroke-linejoin="round"/>`,
  },
  noto: {
    names: ['shaded cartoon', 'cartoon illustration'],
    draw: (d, c) => {
      const [def, fill] = shaded(c, light(c, 0.14), dark(c, 0.14));
      return `${def}<path d="${d}" fill="${fill}" stroke="${hex(dark(c, 0.3))}" stroke-width="0.7"/>`;
    },
  },
  'noto-v1': { names: ['retro cartoon', 'vintage cartoon'], draw: plain((c) => mix(saturate(c, 0.6), [214, 184, 132], 0.28)) },
  twemoji: { names: ['bold flat cartoon', 'flat sticker'], draw: plain((c) => saturate(c, 1.35)) },
  emojione: {
    names: ['storybook illustration', 'picture book drawing'],
    draw: (d, c) => `<path d="${d}" fill="${hex(light(saturate(c, 1.1), 0.12))}" stroke="${hex(dark(c, 0.16))}" stroke-width="1.1"/>`,
  },
};
export const SETS = Object.keys(STYLES);

// --- paths ---------------------------------------------------------------------------------------
export const f = (v) => v.toFixed(1);
export const poly = (...p) => `M${p.map(([x, y]) => `${f(x)} ${f(y)}`).join('L')}Z`;
export const rect = (x, y, w, h) => poly([x, y], [x + w, y], [x + w, y + h], [x, y + h]);
export const ellipse = (x, y, rx, ry = rx) =>
  `M${f(x - rx)} ${f(y)}a${f(rx)} ${f(ry)} 0 1 0 ${f(2 * rx)} 0a${f(rx)} ${f(ry)} 0 1 0 ${f(-2 * rx)} 0Z`;
export const hill = (base, amp, waves = between(1, 2)) => {
  const ph = between(0, 6);
  let d = `M0 ${N}`;
  for (let x = 0; x <= N; x += 4) d += `L${x} ${f(base + amp * Math.sin((x / N) * waves * 6.28 + ph))}`;
  return `${d}L${N} ${N}Z`;
};
export const cloud = (x, y, s) =>
  `M${f(x - 12 * s)} ${f(y + 4 * s)}a${f(5 * s)} ${f(5 * s)} 0 0 1 ${f(3 * s)} ${f(-9 * s)}a${f(8 * s)} ${f(8 * s)} 0 0 1 ${f(14 * s)} ${f(-2 * s)}a${f(6 * s)} ${f(6 * s)} 0 0 1 ${f(6 * s)} ${f(11 * s)}Z`;
export const pine = (x, y, h) =>
  poly(
    [x, y - h],
    [x + h * 0.16, y - h * 0.6],
    [x + h * 0.09, y - h * 0.6],
    [x + h * 0.24, y - h * 0.28],
    [x + h * 0.13, y - h * 0.28],
    [x + h * 0.3, y],
    [x - h * 0.3, y],
    [x - h * 0.13, y - h * 0.28],
    [x - h * 0.24, y - h * 0.28],
    [x - h * 0.09, y - h * 0.6],
    [x - h * 0.16, y - h * 0.6],
  );

// --- time of day -----------------------------------------------------------------------------------
export const TIMES = {
  day: {
    sky: [
      [110, 185, 240],
      [215, 238, 250],
    ],
    tint: [255, 255, 255],
    amount: 0,
    says: [''],
  },
  sunset: {
    sky: [
      [110, 65, 140],
      [255, 165, 85],
    ],
    tint: [190, 80, 90],
    amount: 0.35,
    says: [' at sunset', ' in the evening'],
  },
  night: {
    sky: [
      [14, 18, 55],
      [48, 58, 120],
    ],
    tint: [14, 20, 60],
    amount: 0.55,
    says: [' at night', ' under the stars'],
  },
  snow: {
    sky: [
      [165, 192, 225],
      [225, 234, 246],
    ],
    tint: [235, 242, 250],
    amount: 0.1,
    says: [' in the snow', ' in winter'],
  },
};
/** Style and time of the picture being drawn. */
export let S;
export let T;
export function setStyle(style) {
  S = style;
  gradient = 0;
}
export function setTime(time) {
  T = time;
}
const tint = (c) => mix(c, T.tint, T.amount);
export const put = (d, c, ink = 'line') => S.draw(d, tint(c), ink);
export const raw = (d, c, ink = 'line') => S.draw(d, c, ink);
export const snowy = (c) => (T === TIMES.snow ? mix(c, [246, 249, 253], 0.86) : c);
export function sky() {
  if (S.ink)
    return (
      `<rect width="${N}" height="${N}" fill="#fff"/>` +
      (T === TIMES.night
        ? S.draw(ellipse(102, 24, 10), [0, 0, 0], 'fill')
        : T === TIMES.day || T === TIMES.sunset
          ? S.draw(ellipse(between(24, 40), 26, 10), [0, 0, 0], 'line')
          : '')
    );
  let s = `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${hex(T.sky[0])}"/><stop offset="0.8" stop-color="${hex(T.sky[1])}"/></linearGradient></defs><rect width="${N}" height="${N}" fill="url(#sky)"/>`;
  if (T === TIMES.night) {
    for (let i = 0; i < 24; i++) s += raw(ellipse(between(2, 126), between(2, 80), between(0.6, 1.3)), [250, 245, 215], 'none');
    s += raw(ellipse(pick([24, 104]), 22, 10), [250, 240, 200]);
  }
  if (T === TIMES.sunset) s += raw(ellipse(between(40, 88), 70, 16), [255, 225, 130]);
  if (T === TIMES.day) {
    s += raw(ellipse(pick([22, 106]), 20, 10), [255, 225, 95]);
    for (let i = 0; i < 2; i++) s += raw(cloud(between(35, 95), between(16, 38), between(0.7, 1.1)), [250, 252, 255], 'line');
  }
  if (T === TIMES.snow)
    for (let i = 0; i < 20; i++) s += raw(ellipse(between(2, 126), between(2, 90), between(0.9, 1.6)), [255, 255, 255], 'none');
  return s;
}
export const GREEN = [105, 180, 90],
  DEEP = [50, 125, 80],
  ROCK = [118, 130, 155],
  WATER = [50, 135, 200],
  WALL = [235, 225, 205],
  ROOF = [200, 80, 65],
  WOOD = [135, 90, 60];
