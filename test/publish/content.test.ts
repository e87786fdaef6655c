import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import type { Artwork } from '../../lib/gallery/index.ts';
import { ArtImage } from '../../lib/image/index.ts';
import { altTextFor, hashtagOf, makeCaption } from '../../lib/publish/content/caption.ts';
import { type Credits, creditsOf, creditsOfWork } from '../../lib/publish/content/credits.ts';
import { makeDerivative } from '../../lib/publish/content/derivative.ts';
import type { Limits } from '../../lib/publish/networks/publisher.ts';
import { countGraphemes } from '../../lib/publish/networks/text/graphemes.ts';
import { file, picture, place, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';

const limits = (characters: number, more: Partial<Limits> = {}): Limits => ({
  characters,
  count: countGraphemes,
  altText: 20,
  bytes: 1e6,
  pixels: 1e7,
  edge: 4096,
  formats: ['png', 'jpeg'],
  ...more,
});
const noCredits: Credits = { lines: [], forbidden: [], unknown: [], unchanged: false };
const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'posted';
  } catch (error) {
    if (isArtistError(error)) return error.code;
    throw error;
  }
};

/** The mark changes one corner, keeps the labels, and is not put where the terms forbid changes. */
async function marked(work: Artwork): Promise<void> {
  const pixels = async (options: Parameters<typeof makeDerivative>[2]): Promise<Buffer> =>
    sharp((await makeDerivative(work, limits(1), options)).bytes)
      .raw()
      .toBuffer();
  const [plain, mark, kept] = [await pixels({}), await pixels({ aiMark: 'corner' }), await pixels({ aiMark: 'corner', unchanged: true })];
  assert.equal(kept, plain);
  const changed = [...plain.keys()].filter((at) => plain[at] !== mark[at]).map((at) => Math.floor(at / 3));
  assert.ok(changed.length > 0 && changed.every((at) => at % 300 >= 270 && Math.floor(at / 300) >= 70), 'only the lower right corner');
  const { bytes } = await makeDerivative(work, limits(1), { aiMark: 'corner' });
  assert.match(Buffer.from(bytes).toString('latin1'), /digitalsourcetype\/trainedAlgorithmicMedia/);
}

/** A licence, and what a post may be: of a work that was made from it, of the picture itself, and either for profit. */
const licences: readonly [licence: string, derived: string, itself: string, forProfit: string][] = [
  ['own', 'free', 'free', 'free'],
  ['public domain', 'free', 'free', 'free'],
  ['CC0', 'free', 'free', 'free'],
  ['MIT', 'credit', 'credit', 'credit'],
  ['permission', 'credit', 'credit', 'credit'],
  ['CC BY 4.0', 'credit', 'credit', 'credit'],
  ['https://creativecommons.org/licenses/by-sa/3.0/', 'credit', 'credit', 'credit'],
  ['CC BY-NC 4.0', 'credit', 'credit', 'refused'],
  ['CC BY-NC-SA 4.0', 'credit', 'credit', 'refused'],
  ['CC BY-ND 4.0', 'refused', 'credit', 'credit'],
  ['CC BY-NC-ND 4.0', 'refused', 'credit', 'refused'],
  ['All rights reserved', 'refused', 'refused', 'refused'],
  ['Some licence of mine', 'a person decides', 'a person decides', 'a person decides'],
  ['', 'a person decides', 'a person decides', 'a person decides'],
];

const outcomeOf = ({ lines, forbidden, unknown }: Credits): string =>
  forbidden.length > 0 ? 'refused' : unknown.length > 0 ? 'a person decides' : lines.length > 0 ? 'credit' : 'free';

suite('content of posts', (test) => {
  test('every licence: made from it, the picture itself, and for profit', () => {
    for (const [licence, derived, itself, forProfit] of licences) {
      const source = { name: 'The Great Wave', licence, author: 'Hokusai', url: 'https://example.org/wave' };
      const got = [
        outcomeOf(creditsOf(source, { commercial: false })),
        outcomeOf(creditsOf({ ...source, isWork: true }, { commercial: false })),
        outcomeOf(creditsOf({ ...source, isWork: true }, { commercial: true })),
      ];
      assert.equal(got, [derived, itself, forProfit], licence);
    }
    assert.is(outcomeOf(creditsOf({ name: 'A wave', licence: 'permission' }, { commercial: false })), 'a person decides');
  });

  test('every licence on networks with long, short and very short texts: the credit is in the text, or nothing goes out', async () => {
    const work = await file(place(), 'a wave off the coast of a very distant country, painted in indigo');
    for (const [licence] of licences) {
      const credits = creditsOf({ name: 'The Great Wave', licence, author: 'Hokusai' }, { commercial: false });
      for (const longest of [5000, 120, 30]) {
        const code = await codeOf(() => {
          const text = makeCaption(work, credits, limits(longest), { template: '{prompt}' });
          assert.ok(countGraphemes(text) <= longest);
          for (const line of credits.lines) assert.ok(text.includes(line), `${licence}: the credit is missing in ${text}`);
          assert.match(text, /Made with AI/);
        });
        const outcome = outcomeOf(credits);
        const expected = outcome === 'refused' ? 'ERR_LICENCE' : longest > 100 ? 'posted' : outcome === 'credit' ? 'ERR_LICENCE' : 'posted';
        assert.is(code, expected, `${licence} on ${longest}`);
      }
    }
  });

  test('an imported picture with its licence, the museum work behind a prompt, and a LoRA whose file is gone', async () => {
    const at = place();
    const imported = await at.gallery.add({
      image: picture(),
      about: { title: 'A photo', licence: { id: 'CC-BY-4.0', author: 'Ann', url: 'https://example.org/a' } },
      imported: { from: 'photo.png' },
    });
    const derived = await file(
      at,
      'a wave',
      { derivation: { inspiration: { title: 'Wave', artist: 'Bo', url: 'https://example.org/w', licence: { id: 'CC-BY-SA-4.0' } } } },
      { loras: [{ name: 'ink', weight: 1, hash: 'ab' }] },
    );
    const use = { commercial: false };
    assert.equal((await creditsOfWork(imported, at.home, use)).lines, ['A photo by Ann (CC-BY-4.0) https://example.org/a']);
    const credits = await creditsOfWork(derived, at.home, use);
    assert.equal(credits.lines, ['Wave by Bo (CC-BY-SA-4.0) https://example.org/w']);
    assert.match(credits.unknown.join(), /LoRA ink/);
  });

  test('too long: hashtags go first, then words; the label and the credits stay', async () => {
    const work = await file(place(), 'a red fox', {
      title: `Fox ${'and fox '.repeat(40)}`,
      tags: ['winter', 'red fox', '2026', 'größer', 'été'],
    });
    const credits = { ...noCredits, lines: ['Wave by Bo (CC-BY-4.0)'] };
    const whole = makeCaption(work, credits, limits(2000), { template: '{title}' });
    assert.match(whole, /#AIart #winter #redFox #größer #été$/);
    const middle = makeCaption(work, credits, limits(whole.length - 15), { template: '{title}' });
    assert.match(middle, /#AIart #winter/);
    assert.not.match(middle, /été/);
    const short = makeCaption(work, credits, limits(120), { template: '{title}' });
    assert.match(short, /…\n\nCredits: Wave by Bo \(CC-BY-4.0\)\nMade with AI \(bundled\)\n\n#AIart$/);
    assert.is(countGraphemes(short) <= 120, true);
    assert.match(makeCaption(work, credits, limits(130), { template: '{credits} for {title}' }), /Credits: Wave by Bo/);
  });

  test('a network that charges for links gets none, unless the owner allows them', async () => {
    const work = await file(place(), 'a red fox');
    const credits = { ...noCredits, lines: ['Wave by Bo (CC-BY-4.0) https://example.org/w'] };
    const dear = limits(500, { links: false });
    const template = '{title} https://example.org/me';
    assert.is(
      makeCaption(work, credits, dear, { template }).split('\n\nMade')[0],
      'a red fox\n\nCredits: Wave by Bo (CC-BY-4.0)\nMade with AI (bundled)\n\n#AIart',
    );
    assert.match(
      makeCaption(work, credits, dear, { template, links: true }),
      /fox https:\/\/example.org\/me\n\nCredits: .* https:\/\/example.org\/w/,
    );
    assert.match(makeCaption(work, credits, limits(500), { template }), /https:\/\/example.org\/me/);
  });

  test('characters of several code points are never cut apart', async () => {
    const family = '👨‍👩‍👧‍👦';
    const work = await file(place(), 'a family', { title: family.repeat(100), altText: family.repeat(30) });
    const text = makeCaption(work, noCredits, limits(60), { template: '{title}' });
    assert.is(text.split('…')[0]?.replaceAll(family, ''), '');
    assert.is(altTextFor(work, { altText: 20 }), `${family.repeat(19)}…`);
  });

  test('tags as networks read them', () => {
    const cases = [
      ['red fox', 'redFox'],
      ['#winter', 'winter'],
      ['sci-fi & more', 'sciFiMore'],
      ['2026', ''],
      ['日本 画', '日本画'],
      ['🎨', ''],
    ];
    for (const [text, tag] of cases) assert.is(hashtagOf(text ?? ''), tag);
  });

  test('a picture is padded and never cropped or stretched, within bytes, pixels and edge, with the AI label', async () => {
    const at = place();
    const [width, height] = [300, 100];
    const noise = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 251);
    const image = new ArtImage({ data: noise, width, height, channels: 3 }, recipe('noise', { width, height }));
    const work: Artwork = await at.gallery.add({ image, about: {} });
    const small = await makeDerivative(work, limits(1, { aspect: { min: 0.8, max: 1.91 }, formats: ['jpeg'], bytes: 20_000 }));
    assert.ok(small.bytes.length <= 20_000);
    assert.ok(Math.abs(small.width / small.height - 1.91) < 0.02, `${small.width}x${small.height}`);
    const { data, info } = await sharp(small.bytes).raw().toBuffer({ resolveWithObject: true });
    const row = (y: number): number[] => [...data.subarray(y * info.width * 3, (y + 1) * info.width * 3)];
    assert.ok(
      row(0).every((value) => value > 245),
      'the border is white',
    );
    const middle = row(Math.floor(info.height / 2));
    assert.ok(
      middle.slice(0, 30).some((value) => value < 200),
      'the picture reaches the left edge',
    );
    assert.match(Buffer.from(small.bytes).toString('latin1'), /digitalsourcetype\/trainedAlgorithmicMedia/);
    const edged = await makeDerivative(work, limits(1, { edge: 150 }));
    assert.equal([edged.type, edged.width, edged.height], ['image/png', 150, 50]);
    const fewer = await makeDerivative(work, limits(1, { pixels: 7500 }));
    assert.equal([fewer.width, fewer.height], [150, 50]);
    assert.is(await codeOf(() => makeDerivative(work, limits(1, { bytes: 100 }))), 'ERR_TOO_LARGE');
    await marked(work);
    assert.is(await codeOf(() => makeDerivative(work, limits(1, { aspect: { min: 1, max: 1 } }), { unchanged: true })), 'ERR_LICENCE');
  });
});
