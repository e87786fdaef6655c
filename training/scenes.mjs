// Draws landscapes, abstract pictures and portraits as SVG, in the seven styles, with captions. Own drawings: no licence but the project's.
//   node scenes.mjs COUNT OUT      -> OUT.bin (N x 128 x 128 x 3, uint8) and OUT.json (kind, set, captions of each)
import fs from 'node:fs';
import sharp from 'sharp';
import { pick, random } from './scenes/chance.mjs';
import { N, S, SETS, STYLES, setStyle, setTime, T, TIMES } from './scenes/drawing.mjs';
import { SCENES } from './scenes/landscapes.mjs';
import { abstract, portrait } from './scenes/patterns-and-people.mjs';

sharp.concurrency(1);
const [count, out] = [Number(process.argv[2]), process.argv[3]];

// --- one picture -----------------------------------------------------------------------------------
const KINDS = [...Object.entries(SCENES).map(([k, v]) => [k, v.weight ?? 1]), ['abstract', 2], ['portrait', 3.5]];
const TOTAL = KINDS.reduce((s, k) => s + k[1], 0);
function picture() {
  let u = random() * TOTAL;
  let kind = KINDS[0][0];
  for (const [k, w] of KINDS) {
    u -= w;
    if (u < 0) {
      kind = k;
      break;
    }
  }
  const set = pick(['noto', 'noto', ...SETS]);
  setStyle(STYLES[set]);
  setTime(TIMES.day);
  let svg,
    nouns,
    says = [''];
  if (kind === 'abstract') [svg, nouns] = abstract();
  else if (kind === 'portrait') {
    let ground;
    [svg, nouns, ground] = portrait();
    if (!S.ink) says = ['', '', `, ${ground}`];
  } else {
    const scene = SCENES[kind];
    if (scene.inkless && S.ink) return picture();
    setTime(TIMES[pick(scene.times)]);
    svg = scene.draw();
    nouns = scene.names;
    if (!scene.bare) says = T.says;
  }
  const captions = new Set();
  for (let k = 0; k < 5; k++) {
    const subject = pick(nouns),
      where = pick(says),
      style = random() < 0.8 ? S.names[0] : S.names[1],
      v = random();
    captions.add(
      set === 'noto' && v > 0.5 ? subject + where : v < 0.75 ? `${style} of ${subject}${where}` : `${subject}${where}, ${style}`,
    );
  }
  return {
    kind,
    set,
    captions: [...captions].sort(),
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${N}" height="${N}" viewBox="0 0 ${N} ${N}">${svg}</svg>`,
  };
}

const fd = fs.openSync(`${out}.bin`, 'w'),
  rows = [];
for (let i = 0; i < count; i++) {
  const { svg, ...row } = picture();
  fs.writeSync(fd, await sharp(Buffer.from(svg)).flatten({ background: '#fff' }).removeAlpha().raw().toBuffer());
  rows.push(row);
}
fs.closeSync(fd);
fs.writeFileSync(`${out}.json`, JSON.stringify(rows));
console.log(rows.length);
