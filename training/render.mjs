// Render emoji SVG sets to one raw RGBA sprite file plus a JSON index.
//
//   npm ci --prefix training        (training/package.json pins the sets)
//   node render.mjs --modules ./node_modules --out ./data [--size 128]
//
// Output: sprites.bin (N x size x size x 4, uint8), sprites.json (one row per sprite), sources.json (version and licence of each set),
//         streamline.bin / streamline.json (the held-out LoRA style). Takes half a minute; nothing is left half written: it starts anew.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const arg = (name, fallback) => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? fallback : process.argv[i + 1];
};
const modules = path.resolve(arg('modules', 'node_modules'));
const out = path.resolve(arg('out', 'data'));
const size = Number(arg('size', 128));
const require = createRequire(path.join(modules, 'x.js'));
const sharp = require('sharp');
sharp.concurrency(1);
fs.mkdirSync(out, { recursive: true });

const SETS = [
  'fluent-emoji',
  'fluent-emoji-flat',
  'fluent-emoji-high-contrast',
  'noto',
  'noto-v1',
  'twemoji',
  'emojione',
  'emojione-monotone',
];
const HELD_OUT = 'streamline-emojis';

const readJson = (...p) => JSON.parse(fs.readFileSync(path.join(modules, ...p), 'utf8'));
const tryJson = (...p) => {
  try {
    return readJson(...p);
  } catch {
    return {};
  }
};
const loadSet = (name) => ({
  name,
  icons: readJson('@iconify-json', name, 'icons.json'),
  chars: tryJson('@iconify-json', name, 'chars.json'),
});
/** The icon's own name, or the name of the one it is an alias of. */
const resolve = (set, slug) => (set.icons.icons[slug] ? slug : set.icons.aliases?.[slug]?.parent);
const slugify = (s) =>
  s
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[’'.“”!,:()]/g, '')
    .replace(/&/g, 'and')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
const charKeys = (hex) => {
  const k = hex.toLowerCase();
  return [k, k.replace(/-fe0f/g, '')];
};

function svg(set, slug) {
  const icon = set.icons.icons[slug];
  const w = icon.width ?? set.icons.width ?? 16;
  const h = icon.height ?? set.icons.height ?? 16;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" viewBox="${icon.left ?? 0} ${icon.top ?? 0} ${w} ${h}" color="#000">${icon.body}</svg>`,
  );
}
const raster = (set, slug) =>
  sharp(svg(set, slug))
    .resize(size, size, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .ensureAlpha()
    .raw()
    .toBuffer();

// --- which emoji are pictures worth learning -------------------------------------------------
const GROUP = { 0: 'face', 1: 'people', 3: 'animal', 4: 'food', 5: 'travel', 6: 'activity', 7: 'object' };
const PEOPLE_OK = new Set([22, 25, 26]); // body parts, roles, fantasy figures
function usable(e) {
  if (!(e.group in GROUP)) return false;
  if (e.group === 1 && !PEOPLE_OK.has(e.subgroup)) return false;
  if (e.group === 1 && /^(man|woman|men|women)\b/.test(e.label)) return false;
  if (e.subgroup === 58 && /o.clock|thirty/.test(e.label)) return false;
  if (e.subgroup === 15) return false; // speech bubbles, symbols
  return true;
}

const emoji = readJson('emojibase-data', 'en', 'data.json').filter(usable);
const sets = SETS.map(loadSet);
const slugs = new Map(); // hexcode -> all slugs used for it by sets that know code points
for (const set of sets) {
  for (const [k, v] of Object.entries(set.chars)) {
    const key = k.replace(/-fe0f/g, '');
    if (!slugs.has(key)) slugs.set(key, new Set());
    slugs.get(key).add(v);
  }
}
const find = (set, e) => {
  for (const k of charKeys(e.hexcode)) if (set.chars[k] && resolve(set, set.chars[k])) return resolve(set, set.chars[k]);
  const names = [slugify(e.label), ...(slugs.get(charKeys(e.hexcode)[1]) ?? [])];
  for (const n of names) if (resolve(set, n)) return resolve(set, n);
};

async function pack(name, rows) {
  const fd = fs.openSync(path.join(out, `${name}.bin`), 'w');
  const kept = [];
  const BATCH = 16;
  for (let i = 0; i < rows.length; i += BATCH) {
    const part = rows.slice(i, i + BATCH);
    const bufs = await Promise.all(part.map((r) => raster(r.from, r.slug).catch(() => null)));
    bufs.forEach((b, j) => {
      if (!b || b.length !== size * size * 4) return;
      fs.writeSync(fd, b);
      const { from, ...row } = part[j];
      kept.push(row);
    });
  }
  fs.closeSync(fd);
  fs.writeFileSync(path.join(out, `${name}.json`), JSON.stringify(kept));
  console.log(name, kept.length, 'sprites');
}

const held = loadSet(HELD_OUT);
await pack(
  'streamline',
  Object.keys(held.icons.icons).map((slug) => ({ set: HELD_OUT, slug, label: slug.replace(/-/g, ' '), from: held })),
);

const rows = [];
for (const e of emoji) {
  for (const set of sets) {
    const slug = find(set, e);
    if (slug)
      rows.push({
        set: set.name,
        slug,
        hex: e.hexcode,
        label: e.label,
        tags: e.tags ?? [],
        group: GROUP[e.group],
        subgroup: e.subgroup,
        from: set,
      });
  }
}
await pack('sprites', rows);
// What models/NOTICE.md must name (notice.py): every set that sprites came from, as the package itself says.
const used = new Set(rows.map((row) => row.set));
const sources = [...used].map((name) => {
  const { name: title, author, license } = readJson('@iconify-json', name, 'info.json');
  const { version } = readJson('@iconify-json', name, 'package.json');
  return { set: name, version, title, author: author.name, licence: license.spdx, url: author.url };
});
fs.writeFileSync(path.join(out, 'sources.json'), JSON.stringify(sources, null, 1));
