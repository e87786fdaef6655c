/** Landscapes: for each kind what it is called in captions, at what times of day, and how it is drawn. */
import { between, pick, random } from './chance.mjs';
import {
  cloud,
  DEEP,
  dark,
  ellipse,
  f,
  GREEN,
  hex,
  hill,
  light,
  mix,
  N,
  pine,
  poly,
  put,
  ROCK,
  ROOF,
  raw,
  rect,
  S,
  setTime,
  sky,
  snowy,
  T,
  TIMES,
  WALL,
  WATER,
  WOOD,
} from './drawing.mjs';

// --- things in a landscape ---------------------------------------------------------------------------
function peak(x, base, h, w) {
  const snow = h * 0.3;
  return (
    put(poly([x - w, base], [x, base - h], [x + w, base]), ROCK) +
    put(
      poly(
        [x, base - h],
        [x + w * 0.3, base - h + snow],
        [x + w * 0.1, base - h + snow * 0.75],
        [x, base - h + snow * 1.1],
        [x - w * 0.13, base - h + snow * 0.75],
        [x - w * 0.3, base - h + snow],
      ),
      [246, 249, 253],
    )
  );
}
const tree = (x, y, h) =>
  put(rect(x - h * 0.06, y - h * 0.4, h * 0.12, h * 0.4), WOOD, 'fill') +
  put(ellipse(x, y - h * 0.62, h * 0.3, h * 0.36), snowy([85, 165, 80]));
const fir = (x, y, h) => put(rect(x - h * 0.05, y - h * 0.05, h * 0.1, h * 0.14), WOOD, 'fill') + put(pine(x, y, h), snowy(DEEP), 'fill');
const house = (x, y, s) =>
  put(rect(x, y - 16 * s, 22 * s, 16 * s), WALL) +
  put(poly([x - 3 * s, y - 16 * s], [x + 11 * s, y - 28 * s], [x + 25 * s, y - 16 * s]), snowy(ROOF), 'fill') +
  put(rect(x + 9 * s, y - 9 * s, 5 * s, 9 * s), WOOD, 'fill') +
  raw(rect(x + 3 * s, y - 12 * s, 4 * s, 4 * s), T === TIMES.night ? [255, 220, 110] : [150, 200, 225], 'fill') +
  raw(rect(x + 16 * s, y - 12 * s, 4 * s, 4 * s), T === TIMES.night ? [255, 220, 110] : [150, 200, 225], 'fill');
const sea = (y, lines = 5) => {
  let s = put(rect(0, y, N, N - y), WATER, 'none');
  for (let i = 0; i < lines; i++) {
    const x = between(4, 90);
    s += put(rect(x, y + 6 + (i * (N - y - 10)) / lines, between(14, 30), 1.6), [165, 215, 240], 'fill');
  }
  return s + (S.ink ? put(rect(0, y, N, 1.6), [0, 0, 0], 'fill') : '');
};
const sail = (x, y, s) =>
  put(poly([x - 14 * s, y], [x + 14 * s, y], [x + 9 * s, y + 6 * s], [x - 9 * s, y + 6 * s]), WOOD, 'fill') +
  put(poly([x, y - 2 * s], [x, y - 26 * s], [x + 12 * s, y - 3 * s]), [250, 250, 250]) +
  put(poly([x - 2 * s, y - 2 * s], [x - 2 * s, y - 20 * s], [x - 11 * s, y - 3 * s]), [225, 85, 75]);

export const SCENES = {
  mountains: {
    names: ['mountains', 'a mountain landscape', 'a mountain vista', 'snowy mountains', 'a mountain range'],
    times: ['day', 'day', 'sunset', 'night', 'snow'],
    draw() {
      let s =
        sky() + peak(between(25, 45), 96, between(48, 60), between(38, 48)) + peak(between(80, 105), 96, between(56, 70), between(40, 52));
      s += put(hill(94, 3), snowy(GREEN));
      for (const x of [10, 26, 102, 117]) s += fir(x + between(-3, 3), between(108, 118), between(22, 30));
      return s;
    },
  },
  lake: {
    names: ['a mountain lake', 'mountains and a lake', 'a lake'],
    times: ['day', 'sunset', 'night', 'snow'],
    draw() {
      let s =
        sky() + peak(between(30, 45), 80, between(40, 52), between(34, 44)) + peak(between(80, 100), 80, between(46, 58), between(36, 48));
      s += sea(80, 4);
      s += put(hill(118, 3), snowy(GREEN));
      for (const x of [12, 116]) s += fir(x, 120, between(34, 44));
      return s;
    },
  },
  forest: {
    names: ['a forest', 'a pine forest', 'a forest scene', 'trees in a forest', 'the woods'],
    times: ['day', 'day', 'sunset', 'night', 'snow'],
    draw() {
      let s = sky();
      for (let x = 4; x < N; x += 13) s += S.ink ? '' : put(pine(x + between(-3, 3), 92, between(50, 66)), snowy([110, 165, 125]), 'none');
      s += put(hill(92, 2), snowy(GREEN));
      for (const x of [14, 38, 64, 90, 114]) s += fir(x + between(-4, 4), between(104, 116), between(50, 72));
      return s;
    },
  },
  ocean: {
    names: ['the ocean', 'a serene ocean', 'the sea', 'a seascape', 'waves on the sea'],
    times: ['day', 'day', 'sunset', 'sunset', 'night'],
    draw() {
      let s = sky() + sea(72, 2);
      for (let i = 0; i < 4; i++) {
        const y = 80 + i * 12;
        let d = `M0 ${N}L0 ${y}`;
        for (let x = 0; x < N; x += 16) d += `q8 ${f(-7)} 16 0`;
        s += put(`${d}L${N} ${N}Z`, mix(WATER, [20, 80, 150], i / 4));
      }
      return s;
    },
  },
  sailing: {
    names: ['a sailboat on the sea', 'a boat on the ocean', 'a ship at sea'],
    times: ['day', 'sunset', 'night'],
    draw() {
      return sky() + sea(78) + sail(between(56, 72), 92, between(1.5, 1.8));
    },
  },
  city: {
    names: ['a city skyline', 'a city', 'urban architecture', 'skyscrapers', 'tall buildings'],
    times: ['day', 'sunset', 'night', 'night', 'snow'],
    draw() {
      let s = sky();
      for (let layer = 0; layer < 2; layer++) {
        let x = -2;
        while (x < N) {
          const w = between(13, 20),
            h = between(34, 62) - layer * 12 + (layer ? 0 : 14);
          const c = layer
            ? pick([
                [90, 105, 140],
                [120, 95, 120],
                [80, 120, 150],
              ])
            : [150, 165, 190];
          s += put(rect(x, 112 - h, w, h + 4), c, layer ? 'fill' : 'line');
          if (layer)
            for (let y = 112 - h + 5; y < 106; y += 8)
              for (let k = x + 3; k < x + w - 3; k += 6)
                if (random() < 0.75)
                  s += S.ink
                    ? `<path d="${rect(k, y, 3, 4)}" fill="#fff"/>`
                    : raw(rect(k, y, 3, 4), T === TIMES.night || T === TIMES.sunset ? [255, 220, 120] : [200, 225, 240], 'none');
          x += w + 1;
        }
      }
      return s + put(rect(0, 112, N, 16), snowy([95, 100, 110]), 'fill');
    },
  },
  village: {
    names: ['a village', 'houses', 'a small town', 'cottages'],
    times: ['day', 'sunset', 'night', 'snow', 'snow'],
    draw() {
      let s = sky() + put(hill(84, 4), snowy([130, 190, 110]));
      for (const x of [8, 50, 92]) s += house(x + between(-4, 4), between(88, 92), between(0.85, 1));
      s += put(hill(104, 3), snowy(GREEN));
      for (const x of [28, 72]) s += house(x + between(-4, 4), between(114, 118), between(1.1, 1.3));
      return s + fir(116, 122, 34);
    },
  },
  hills: {
    names: ['a nature landscape', 'green hills', 'the countryside', 'a landscape with a tree', 'a valley'],
    times: ['day', 'day', 'sunset', 'night', 'snow'],
    draw() {
      let s = sky() + put(hill(76, 6), snowy([150, 205, 120])) + put(hill(92, 5), snowy(GREEN)) + put(hill(110, 3), snowy([80, 155, 75]));
      s += tree(between(30, 96), 112, between(46, 60));
      for (let i = 0; i < 6; i++)
        s += raw(
          ellipse(between(6, 122), between(114, 124), 2),
          pick([
            [240, 90, 90],
            [250, 215, 90],
            [240, 150, 200],
          ]),
          'none',
        );
      return s;
    },
  },
  river: {
    names: ['a river', 'a river between hills', 'a river in a valley'],
    times: ['day', 'sunset', 'night'],
    draw() {
      const x = between(56, 72);
      return (
        sky() +
        peak(between(30, 95), 82, between(34, 46), 44) +
        put(hill(82, 3), GREEN) +
        put(
          `M${f(x - 3)} 84C${f(x + 26)} 94 ${f(x - 34)} 104 ${f(x - 30)} ${N}L${f(x + 26)} ${N}C${f(x + 6)} 108 ${f(x + 38)} 96 ${f(x + 3)} 84Z`,
          WATER,
        ) +
        fir(18, 108, 40) +
        fir(112, 112, 44)
      );
    },
  },
  lighthouse: {
    names: ['a lighthouse', 'a lighthouse by the sea', 'a red and white lighthouse', 'a lighthouse on a rock'],
    weight: 2.2,
    times: ['day', 'sunset', 'night', 'night', 'snow'],
    draw() {
      const x = between(54, 74);
      let s = sky();
      if (T === TIMES.night && !S.ink)
        s += `<path d="${poly([x, 28], [x < 64 ? N : 0, 12], [x < 64 ? N : 0, 48])}" fill="#ffeb96" fill-opacity="0.45"/>`;
      s += sea(96, 3) + put(ellipse(x, 116, 44, 20), [120, 105, 100], 'fill');
      const left = (y) => x - 9 - (y - 36) * 0.09;
      const right = (y) => x + 9 + (y - 36) * 0.09;
      for (let i = 0; i < 5; i++) {
        const a = 36 + i * 13;
        const b = a + 13;
        s += raw(
          poly([left(a), a], [right(a), a], [right(b), b], [left(b), b]),
          i % 2 ? [248, 248, 246] : [214, 62, 56],
          i % 2 ? 'line' : 'fill',
        );
      }
      return (
        s +
        raw(rect(x - 12, 33, 24, 4), [70, 75, 90], 'fill') +
        raw(rect(x - 7, 22, 14, 11), T === TIMES.night || T === TIMES.sunset ? [255, 235, 140] : [190, 225, 240]) +
        raw(poly([x - 10, 22], [x, 11], [x + 10, 22]), [190, 50, 50], 'fill') +
        raw(rect(x - 3, 90, 6, 10), [90, 60, 45], 'fill')
      );
    },
  },
  windmill: {
    names: ['a windmill', 'a windmill in a field'],
    times: ['day', 'sunset', 'night'],
    draw() {
      const x = between(56, 72),
        a = between(0, 1.5);
      let s =
        sky() +
        put(hill(98, 4), GREEN) +
        put(poly([x - 16, 108], [x - 9, 50], [x + 9, 50], [x + 16, 108]), [240, 230, 210]) +
        put(`M${f(x - 11)} 51a11 11 0 0 1 22 0Z`, ROOF, 'fill') +
        put(rect(x - 4, 94, 8, 14), WOOD, 'fill');
      for (let k = 0; k < 4; k++) {
        const t = a + k * 1.5708,
          c = Math.cos(t),
          n = Math.sin(t);
        s += put(poly([x, 50], [x + 34 * c - 4 * n, 50 + 34 * n + 4 * c], [x + 34 * c + 5 * n, 50 + 34 * n - 5 * c]), [250, 245, 235]);
      }
      return s;
    },
  },
  sky: {
    names: ['a sunset sky', 'the sky at dusk', 'clouds at sunset'],
    times: ['sunset'],
    bare: true,
    draw() {
      let s = sky();
      for (let i = 0; i < 5; i++)
        s += raw(cloud(between(15, 110), 18 + i * 15, between(0.9, 1.5)), mix([255, 200, 150], [170, 90, 140], i / 6));
      return s + put(hill(112, 3), [80, 50, 90], 'fill');
    },
  },
  clouds: {
    names: ['clouds', 'a blue sky with clouds', 'white clouds in the sky'],
    times: ['day'],
    bare: true,
    draw() {
      let s = sky();
      for (let i = 0; i < 4; i++) s += raw(cloud(between(20, 105), 40 + i * 20, between(1, 1.6)), [250, 252, 255]);
      return s;
    },
  },
  nebula: {
    names: ['a space nebula', 'a nebula', 'a galaxy', 'deep space', 'a colorful nebula'],
    times: ['night'],
    bare: true,
    inkless: true,
    draw() {
      const [a, b] = pick([
        [
          [190, 60, 200],
          [60, 120, 230],
        ],
        [
          [230, 80, 120],
          [120, 60, 200],
        ],
        [
          [60, 190, 200],
          [80, 60, 190],
        ],
        [
          [240, 140, 60],
          [170, 40, 120],
        ],
      ]);
      let s = `<rect width="${N}" height="${N}" fill="#0e0a24"/><defs>`;
      for (const [id, c] of [
        ['na', a],
        ['nb', b],
        ['nc', light(a, 0.5)],
      ])
        s += `<radialGradient id="${id}"><stop offset="0" stop-color="${hex(c)}" stop-opacity="0.85"/><stop offset="1" stop-color="${hex(c)}" stop-opacity="0"/></radialGradient>`;
      s += '</defs>';
      for (let i = 0; i < 7; i++)
        s += `<ellipse cx="${f(between(24, 104))}" cy="${f(between(30, 98))}" rx="${f(between(22, 46))}" ry="${f(between(16, 32))}" fill="url(#${pick(['na', 'nb', 'na', 'nb', 'nc'])})" transform="rotate(-25 64 64)"/>`;
      for (let i = 0; i < 34; i++)
        s += `<circle cx="${f(between(2, 126))}" cy="${f(between(2, 126))}" r="${f(between(0.5, 1.4))}" fill="#fffbe8"/>`;
      return s;
    },
  },
  planet: {
    names: ['a planet', 'a planet with rings', 'a ringed planet in space'],
    times: ['night'],
    bare: true,
    draw() {
      setTime(TIMES.day);
      const c = pick([
        [225, 160, 90],
        [110, 160, 225],
        [200, 110, 150],
        [120, 190, 150],
      ]);
      let s = S.ink ? `<rect width="${N}" height="${N}" fill="#fff"/>` : `<rect width="${N}" height="${N}" fill="#120c2a"/>`;
      if (!S.ink)
        for (let i = 0; i < 30; i++)
          s += `<circle cx="${f(between(2, 126))}" cy="${f(between(2, 126))}" r="${f(between(0.5, 1.2))}" fill="#fff"/>`;
      const ring = (half) =>
        `<path d="M18 76A48 12 0 0 ${half} 110 52" fill="none" stroke="${S.ink ? '#000' : hex(light(c, 0.4))}" stroke-width="5"/>`;
      return s + ring(1) + raw(ellipse(64, 64, 29), c) + raw(`M37 56q27 8 54 -2l1 8q-27 9 -56 2Z`, dark(c, 0.15), 'fill') + ring(0);
    },
  },
};
