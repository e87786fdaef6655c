import * as assert from 'uvu/assert';
import { ArtImage, loadSharp } from '../../lib/image/index.ts';
import { judgeLicence, type LicenceRecord, licenceId } from '../../lib/lora/index.ts';
import { enforceLicences, resultLicence } from '../../lib/lora/licences.ts';
import { LicenceFinder } from '../../lib/train/data/licence-files.ts';
import { loadDataSet } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import { fullRecipe, picture, rejects } from '../image/pictures.ts';
import { PictureFolder } from '../train/support.ts';

const record = (id: string, extra: Partial<LicenceRecord> = {}): LicenceRecord => ({ id, origin: 'sidecar', ...extra });

suite('train: licences', (test) => {
  const spellings: [string, string][] = [
    ['own', 'own'],
    ['CC0', 'CC0-1.0'],
    ['cc0 1.0 Universal', 'CC0-1.0'],
    ['https://creativecommons.org/publicdomain/zero/1.0/', 'CC0-1.0'],
    ['Public Domain', 'public-domain'],
    ['https://creativecommons.org/publicdomain/mark/1.0/', 'public-domain'],
    ['CC BY 4.0', 'CC-BY-4.0'],
    ['cc-by-sa-3.0', 'CC-BY-SA-3.0'],
    ['CC BY-NC-ND 2', 'CC-BY-NC-ND-2.0'],
    ['Creative Commons BY-SA 4.0', 'CC-BY-SA-4.0'],
    ['https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en', 'CC-BY-NC-SA-4.0'],
    ['MIT License', 'MIT'],
    ['All rights reserved', 'all-rights-reserved'],
    ['Whatever-1.0', 'Whatever-1.0'],
  ];
  for (const [text, id] of spellings) test(`${text} is ${id}`, () => assert.is(licenceId(text), id));

  // [record, permitted, obligations or reason]
  const verdicts: [LicenceRecord | undefined, boolean, string | RegExp][] = [
    [record('own'), true, ''],
    [record('CC0-1.0'), true, ''],
    [record('public-domain'), true, ''],
    [record('MIT'), true, 'attribution'],
    [record('CC-BY-4.0'), true, 'attribution'],
    [record('CC-BY-SA-4.0'), true, 'attribution,share-alike'],
    [record('CC-BY-NC-4.0'), false, /forbids commercial use/],
    [record('CC-BY-ND-4.0'), false, /forbids derivatives/],
    [record('CC-BY-NC-ND-4.0'), false, /forbids derivatives/],
    [record('all-rights-reserved'), false, /all rights reserved/],
    [record('GPL-3.0-only'), false, /not a licence this version knows/],
    [record(''), false, /no licence is stated/],
    [undefined, false, /no licence is stated/],
    [record('permission'), false, /needs the name of who gave it/],
    [record('permission', { author: 'Ada' }), true, 'attribution'],
    [record('CC-BY-4.0', { reserved: 'DMI-PROHIBITED in its XMP' }), false, /reserved text and data mining/],
    [record('own', { reserved: 'DMI-PROHIBITED in its XMP' }), true, ''],
  ];
  for (const [given, permitted, expected] of verdicts)
    test(`${given?.id ?? 'nothing'}${given?.reserved ? ', reserved' : ''}: ${permitted ? 'permitted' : 'refused'}`, () => {
      const verdict = judgeLicence(given);
      assert.is(verdict.permitted, permitted);
      if (typeof expected === 'string') assert.is(verdict.obligations.join(','), expected);
      else assert.match(verdict.reason, expected);
    });
  test('non-commercial licences are permitted on request', () =>
    assert.equal(judgeLicence(record('CC-BY-NC-SA-4.0'), { nonCommercial: true }).obligations, [
      'attribution',
      'share-alike',
      'non-commercial',
    ]));

  const results: [string[], string, string][] = [
    [['own', 'CC0-1.0', 'public-domain'], 'own', ''],
    [['own', 'MIT'], 'attribution', 'attribution'],
    [['CC-BY-3.0', 'CC-BY-4.0', 'MIT'], 'CC-BY-4.0', 'attribution'],
    [['CC-BY-4.0', 'CC-BY-SA-3.0'], 'CC-BY-SA-3.0', 'attribution,share-alike'],
    [['CC-BY-NC-4.0', 'CC0-1.0'], 'CC-BY-NC-4.0', 'attribution,non-commercial'],
    [['CC-BY-NC-SA-4.0', 'CC-BY-4.0'], 'CC-BY-NC-SA-4.0', 'attribution,share-alike,non-commercial'],
  ];
  for (const [ids, id, obligations] of results)
    test(`${ids.join(' + ')} gives ${id}`, () => {
      const result = resultLicence(ids.map((each) => record(each)));
      assert.is(result.id, id);
      assert.is(result.obligations.join(','), obligations);
    });

  test('the error lists everything refused, grouped by reason', async () => {
    const files = [
      ...Array.from({ length: 7 }, (_, index) => ({ name: `nd${index}.png`, licence: record('CC-BY-ND-4.0') })),
      { name: 'none.png', licence: undefined },
      { name: 'good.png', licence: record('own') },
    ];
    const error = await rejects(
      () => enforceLicences(files),
      'ERR_LICENCE',
      /got 8 of 9 without:\n {2}CC-BY-ND-4\.0 forbids derivatives \(ND\): nd0\.png, nd1\.png, nd2\.png, nd3\.png, nd4\.png and 2 more\n {2}no licence is stated: none\.png\n/,
    );
    assert.is(error.details.length, 8);
    assert.match(error.message, /--licence own/);
  });

  test('share-alike together with non-commercial cannot be satisfied', () =>
    rejects(
      () =>
        enforceLicences(
          [
            { name: 'a.png', licence: record('CC-BY-SA-4.0') },
            { name: 'b.png', licence: record('CC-BY-NC-4.0') },
          ],
          { nonCommercial: true },
        ),
      'ERR_LICENCE',
      /CC-BY-SA \(a\.png\) together with CC-BY-NC \(b\.png\)/,
    ));
});

suite('train: where licences are found', (test) => {
  let folder: PictureFolder;
  test.before(async () => {
    folder = await PictureFolder.make();
    for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) await folder.picture(`${name}.png`, { seed: index });
    await folder.write(
      'a.json',
      JSON.stringify({ license: { id: 'CC BY 4.0' }, author: 'Ada', source: 'Museum', url: 'https://example.org/a', title: 'A' }),
    );
    await folder.write('b.png.license', 'SPDX-FileCopyrightText: 2020 Bob\nSPDX-License-Identifier: CC0-1.0\n');
    await folder.write('c.json', JSON.stringify({ prompt: 'only a sidecar of another program' }));
    await folder.write('d.json', '{ broken');
    await folder.write('e.json', JSON.stringify({ 'tdm-reservation': 1 }));
    await folder.picture('museum/x.png', { seed: 11 });
    await folder.picture('museum/room/y.png', { seed: 12 });
    await folder.write('museum/LICENCE.json', JSON.stringify({ licence: 'CC0-1.0', source: 'A museum' }));
    await new ArtImage(picture(64, 64), { ...fullRecipe, model: { name: 'ai-artist-mini' } }).save(folder.at('painted.png'));
    await new ArtImage(picture(64, 64, 3, 4), { ...fullRecipe, model: { name: 'flux-dev' } }).save(folder.at('flux.png'));
  });
  test.after(() => folder.remove());
  test('a picture painted over another one is not treated as our own', async () => {
    await new ArtImage(picture(64, 64, 3, 6), { ...fullRecipe, mode: 'img2img', model: { name: 'ai-artist-mini' } }).save(
      folder.at('over/painted.png'),
    );
    const finder = new LicenceFinder(folder.at('over'));
    assert.is(await finder.find(folder.at('over/painted.png')), undefined);
  });
  const find = (name: string, declared?: string) => new LicenceFinder(folder.path, declared).find(folder.at(name));

  test('JSON sidecar, SPDX sidecar, folder, recipe, declared: in that order', async () => {
    assert.equal(await find('a.png', 'own'), {
      id: 'CC-BY-4.0',
      origin: 'sidecar',
      title: 'A',
      author: 'Ada',
      source: 'Museum',
      url: 'https://example.org/a',
    });
    assert.equal(await find('b.png'), { id: 'CC0-1.0', origin: 'sidecar', author: '2020 Bob' });
    assert.is(await find('c.png'), undefined);
    assert.equal(await find('c.png', 'cc0'), { id: 'CC0-1.0', origin: 'declared' });
    assert.equal(await find('museum/x.png', 'own'), { id: 'CC0-1.0', origin: 'folder', source: 'A museum' });
    assert.is((await find('museum/room/y.png'))?.origin, 'folder');
    assert.equal(await find('painted.png'), { id: 'own', origin: 'recipe', source: 'painted by ai-artist with ai-artist-mini' });
  });

  test('a broken sidecar, a reservation, and a painting of a non-commercial model are refused', async () => {
    assert.match(judgeLicence(await find('d.png', 'own')).reason, /d\.json is no valid JSON/);
    const reserved = await find('e.png', 'CC-BY-4.0');
    assert.is(reserved?.id, 'CC-BY-4.0');
    assert.match(judgeLicence(reserved).reason, /tdm-reservation in its sidecar/);
    assert.match(judgeLicence(await find('flux.png', 'own')).reason, /painted with flux-dev/);
  });

  test('a reservation inside the picture (PLUS data mining in XMP) is found', async () => {
    const sharp = await loadSharp();
    const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"/></rdf:RDF></x:xmpmeta>`;
    const { data } = picture(64, 64, 3, 5);
    await folder.write(
      'reserved.jpg',
      await sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
        .withXmp(xmp)
        .jpeg()
        .toBuffer(),
    );
    assert.match(judgeLicence(await find('reserved.jpg', 'CC0-1.0')).reason, /DMI-PROHIBITED-AIMLTRAINING in its XMP/);
    assert.ok(judgeLicence(await find('reserved.jpg', 'own')).permitted);
  });

  test('a data set with mixed licences is refused as a whole, and accepted once they are settled', async () => {
    await rejects(() => loadDataSet({ folder: folder.path, licence: 'own' }), 'ERR_LICENCE', /got 2 of 11 without/);
    const mixed = await PictureFolder.make();
    try {
      await mixed.picture('a.png');
      await mixed.write('a.json', '{"licence":"CC-BY-SA-4.0","author":"Ada"}');
      await mixed.picture('b.png', { seed: 2 });
      await rejects(() => loadDataSet({ folder: mixed.path }), 'ERR_LICENCE', /no licence is stated: b\.png/);
      const { licence, pictures } = await loadDataSet({ folder: mixed.path, licence: 'own' });
      assert.is(licence.id, 'CC-BY-SA-4.0');
      assert.is(pictures[0]?.licence.author, 'Ada');
    } finally {
      await mixed.remove();
    }
  });
});
