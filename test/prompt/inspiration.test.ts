import * as assert from 'uvu/assert';
import { isArtistError, seededRandom } from '../../lib/core/index.ts';
import {
  choosePrompt,
  derivationSchema,
  describeDerivation,
  findInspiration,
  type Inspiration,
  type Museum,
  museums,
  subjectOfTitle,
} from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';
import { articPath, clevelandPath, type Museums, metObject, metSearch, openMuseums, usual } from './museums.ts';

suite('prompt inspiration', (test) => {
  let place: Museums;
  test.before(async () => {
    place = await openMuseums();
  });
  test.after(() => place.close());
  test.before.each(() => {
    place.asked.length = 0;
    place.answers = { ...usual };
  });

  const find = (
    of: readonly Museum[],
    {
      accept = ({ title }: Inspiration) => subjectOfTitle(title) !== undefined,
      ...rest
    }: { accept?: (work: Inspiration) => boolean; seed?: number; timeoutMs?: number; signal?: AbortSignal } = {},
  ) =>
    findInspiration({
      query: 'waves & wind',
      addresses: Object.fromEntries(of.map((museum) => [museum, place.address])),
      fetch: globalThis.fetch,
      chance: seededRandom(rest.seed ?? 1),
      accept,
      timeoutMs: rest.timeoutMs ?? 5000,
      signal: rest.signal,
    });
  const failure = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  test('each museum is asked in its own way and gives a work with its licence; what is not CC0 is never taken', async () => {
    const artic = await find(['artic']);
    assert.equal(artic, {
      museum: 'artic',
      id: '1',
      title: 'The Great Wave (Kanagawa-oki nami ura)',
      artist: 'Katsushika Hokusai',
      url: 'https://www.artic.edu/artworks/1',
      words: ['woodblock print', 'waves', 'fox'],
      licence: {
        id: 'CC0-1.0',
        url: 'https://creativecommons.org/publicdomain/zero/1.0/',
        commercial: true,
        derivatives: true,
        training: 'allowed',
        attribution: 'Katsushika Hokusai, The Great Wave (Kanagawa-oki nami ura), Art Institute of Chicago',
      },
    });
    const [asked] = place.asked;
    assert.equal(
      [asked?.pathname, asked?.searchParams.get('q'), asked?.searchParams.get('query[term][is_public_domain]')],
      [articPath, 'waves & wind', 'true'],
    );
    for (const seed of [1, 2, 3, 4]) {
      const met = await find(['met'], { seed });
      assert.equal([met.id, met.words, met.licence.id], ['11', ['Cypresses'], 'CC0-1.0']);
      const cleveland = await find(['cleveland'], { seed });
      assert.equal([cleveland.id, cleveland.title, cleveland.url], ['20', 'Owl on a Branch', 'https://clevelandart.org/art/20']);
    }
  });

  test('the seed decides museum and work', async () => {
    const drawn = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const first = await find(museums, { seed });
      assert.equal(await find(museums, { seed }), first);
      drawn.add(first.museum);
    }
    assert.is(drawn.size, 3);
  });

  test('a museum that fails or has nothing is passed over', async () => {
    place.answers[articPath] = { status: 503, body: 'busy' };
    place.answers[metSearch] = { body: { total: 0, objectIDs: null } };
    for (let seed = 0; seed < 6; seed++) assert.is((await find(museums, { seed })).museum, 'cleveland');
  });

  // [answers, code, message]
  const wrong: [Museums['answers'], string, RegExp][] = [
    [
      { [articPath]: { status: 429, body: { status: 429, error: 'Too many requests' } } },
      'ERR_DOWNLOAD',
      /Art Institute of Chicago .*got 429: .*Too many/,
    ],
    [{ [articPath]: { body: '<html>' } }, 'ERR_DOWNLOAD', /expected JSON, got "<html>"/],
    [{ [articPath]: { body: { data: [{ id: 'x' }] } } }, 'ERR_DOWNLOAD', /expected its documented answer, got another: data\.0\.id/],
    [{ [articPath]: 'hang' }, 'ERR_NETWORK', /no answer within 0\.3 s/],
    [{ [articPath]: { body: { data: [] } } }, 'ERR_NOT_FOUND', /"waves & wind": expected a work of the public domain/],
  ];
  test('where none answers or has a work, the error says so', async () => {
    for (const [answers, code, says] of wrong) {
      place.answers = answers;
      const error = await failure(find(['artic'], { timeoutMs: 300 }));
      assert.ok(isArtistError(error) && error.code === code, String(error));
      assert.match((error as Error).message, says);
    }
    place.answers = { [metSearch]: { body: { total: 1, objectIDs: [99] } }, [clevelandPath]: { status: 500, body: '' } };
    const error = await failure(find(['met', 'cleveland']));
    assert.ok(isArtistError(error, 'ERR_DOWNLOAD') && error.details.length === 2, String(error));
    assert.ok(place.asked.some(({ pathname }) => pathname === `${metObject}99`));
  });

  test('a cancelled search ends with the reason of its signal', async () => {
    place.answers = { [articPath]: 'hang' };
    const control = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => control.abort(reason), 50);
    assert.is(await failure(find(['artic'], { signal: control.signal })), reason);
  });

  test('titles become subjects, or are refused', () => {
    const titles: [string, string | undefined][] = [
      ['The Great Wave (Kanagawa-oki nami ura)', 'the great wave'],
      ['Water Lilies', 'water lilies'],
      ['Landscape with Trees, from the series X', 'landscape with trees'],
      ['Untitled', undefined],
      ['Plate 3', undefined],
      ['Study of a Head', undefined],
      ['A {b|c} __d__', 'a b c d'],
      ['one two three four five six seven eight nine', undefined],
      ['()', undefined],
    ];
    for (const [title, subject] of titles) assert.is(subjectOfTitle(title), subject, title);
  });

  test('the prompt has the subject, and the derivation its origin and licence', async () => {
    const from = await find(['cleveland']);
    const inspiration = { query: 'owl', subject: 'owl on a branch', from };
    const { prompt, derivation } = choosePrompt({ family: 'sentences', seed: 3, inspiration });
    assert.match(prompt, /owl on a branch/);
    assert.equal(derivationSchema.parse(JSON.parse(JSON.stringify(derivation))), derivation);
    assert.equal([derivation.topic, derivation.subject, derivation.inspiration?.licence.id], ['owl', 'owl on a branch', 'CC0-1.0']);
    assert.is(describeDerivation(derivation)[0], 'inspired by: Owl on a Branch (CC0-1.0), https://clevelandart.org/art/20');
  });
});
