import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { ArtImage, decodeImage, loadSharp } from '../../lib/image/index.ts';
import { contactSheet, lossCurveSvg, readTrainingLog, svgToPng } from '../../lib/train/index.ts';
import { writeReports } from '../../lib/train/report/reports.ts';
import { suite } from '../harness.ts';
import { picture, random, rejects } from '../image/pictures.ts';
import { PictureFolder } from './support.ts';

const line = (event: object): string => `${JSON.stringify({ time: '2026-01-01T00:00:00.000Z', ...event })}\n`;

function logText(steps: number): string {
  const next = random(1);
  let smoothedLoss = 0.3;
  const lines = [line({ type: 'begin', steps })];
  for (let step = 1; step <= steps; step++) {
    const loss = 0.05 + 0.25 * Math.exp(-step / (steps / 3)) + 0.1 * next();
    smoothedLoss = 0.95 * smoothedLoss + 0.05 * loss;
    lines.push(line({ type: 'step', step, loss, smoothedLoss }));
    if (step % 50 === 0) lines.push(line({ type: 'validation', step, loss: 0.1 + 0.2 * Math.exp(-step / 80) + step / 5000 }));
  }
  return lines.join('');
}

suite('train: reports', (test) => {
  let folder: PictureFolder;
  test.before.each(async () => {
    folder = await PictureFolder.make();
  });
  test.after.each(() => folder.remove());

  test('a log is read in order; repeated steps count once; the partial line of a killed run is skipped', async () => {
    const text = [
      line({ type: 'step', step: 1, loss: 9 }),
      line({ type: 'step', step: 2, loss: 8 }),
      line({ type: 'step', step: 3, loss: 99 }),
      '{"type":"step","step":4,"lo',
      `\n${line({ type: 'note', message: 'goes on after step 2' })}`,
      line({ type: 'step', step: 3, loss: 7, smoothedLoss: 7.5 }),
      line({ type: 'validation', step: 2, loss: 5 }),
      line({ type: 'sample', step: 2, files: ['samples/a.png', '/abs/b.png'] }),
      line({ type: 'step', step: 5, loss: null }),
      '[1]\nnull\n',
    ].join('');
    const log = await readTrainingLog(await folder.write('log.jsonl', text));
    assert.equal(log.steps, [
      { step: 1, loss: 9 },
      { step: 2, loss: 8 },
      { step: 3, loss: 7, smoothedLoss: 7.5 },
    ]);
    assert.equal(log.validation, [{ step: 2, loss: 5 }]);
    assert.equal(log.samples, [{ step: 2, files: [folder.at('samples/a.png'), '/abs/b.png'] }]);
    await rejects(() => readTrainingLog(folder.at('absent.jsonl')), 'ERR_READ', /expected the log of a training run, got ENOENT/);
  });

  test('the curve has its three lines and the lowest validation, and stays small for long runs', async () => {
    const svg = lossCurveSvg(await readTrainingLog(await folder.write('log.jsonl', logText(300))), 'fox & <dog>');
    assert.is(svg.match(/<path /g)?.length, 3);
    assert.match(svg, /fox &amp; &lt;dog&gt;: loss 0\.\d+ after 300 steps/);
    const lowest = /validation, lowest (\S+) at step (\d+)/.exec(svg);
    assert.is(lowest?.[2], '200');
    assert.ok(!/NaN|Infinity/.test(svg));
    const png = await decodeImage(await svgToPng(svg));
    assert.equal([png.width, png.height], [960, 480]);
    const long = lossCurveSvg(await readTrainingLog(await folder.write('long.jsonl', logText(20_000))));
    assert.ok(long.length < 120_000, String(long.length));
  });

  test('one step, equal losses, or an empty log still give a picture', async () => {
    for (const steps of [[], [{ step: 1, loss: 0.5 }], [1, 2, 3].map((step) => ({ step, loss: 0 }))]) {
      const svg = lossCurveSvg({ steps, validation: [], samples: [] });
      assert.ok(!/NaN|Infinity/.test(svg));
      assert.is((await decodeImage(await svgToPng(svg))).width, 960);
    }
    const wild = lossCurveSvg({
      steps: Array.from({ length: 300 }, (_, step) => ({ step: step + 1, loss: step === 150 ? 1e9 : 0.1 })),
      validation: [],
      samples: [],
    });
    assert.not.match(wild, />1000000000</);
  });

  test('the contact sheet shows each picture in its place and has the AI label', async () => {
    const plain = (value: number, width = 64, height = 64) =>
      new ArtImage({ width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(value) });
    const rows = [
      { label: 'before', images: [plain(10), plain(60)] },
      { label: 'step 100', images: [plain(110), plain(160, 64, 32)] },
      { label: 'none', images: [] },
    ];
    const sheet = await contactSheet(rows, { cell: 64, columns: ['a fox', 'a very long prompt that does not fit above a picture'] });
    const at = (x: number, y: number): number => sheet.data[(y * sheet.width + x) * 3] ?? -1;
    const [left, top, step] = [96 + 8 + 32, 8 + 28 + 32, 64 + 8];
    assert.equal([at(left, top), at(left + step, top), at(left, top + step), at(left + step, top + 72 - 20)], [10, 60, 110, 160]);
    assert.is(at(sheet.width - 2, sheet.height - 2), 255);
    await sheet.save(folder.at('sheet.png'));
    assert.match((await readFile(folder.at('sheet.png'))).toString('latin1'), /trainedAlgorithmicMedia/);
    const many = await contactSheet(
      Array.from({ length: 100 }, (_, index) => ({ label: `${index}`, images: [plain(index)] })),
      { cell: 32 },
    );
    assert.ok(many.height < 24 * 40 + 9);
    const lastCell = many.data[((many.height - 8 - 16) * many.width + 96 + 8 + 16) * 3];
    assert.is(lastCell, 99);
    await rejects(() => contactSheet([{ label: 'x', images: [] }]), 'ERR_INVALID_ARGUMENT', /at least one row with a picture/);
  });

  test('writeReports reads the folder of a run and leaves out missing samples', async () => {
    await folder.write('log.jsonl', logText(60));
    const { width, height, data, channels } = picture(64, 64);
    const sharp = await loadSharp();
    const png = await sharp(data, { raw: { width, height, channels: channels as 3 } })
      .png()
      .toBuffer();
    const sample = await folder.write('samples/step-000000-1.png', png);
    const gone = folder.at('samples/step-000000-2.png');
    await folder.write(
      'log.jsonl',
      logText(60) + line({ type: 'sample', step: 0, files: [sample, gone] }) + line({ type: 'sample', step: 50, files: [gone] }),
    );
    const files = await writeReports(folder.path, { title: 'fox', prompts: ['a fox'] });
    for (const file of [files.lossCurvePng, files.contactSheet]) assert.ok((await decodeImage(String(file))).width > 100);
    assert.match(await readFile(String(files.lossCurveSvg), 'utf8'), /^<svg /);
    assert.equal(await writeReports(folder.path, { title: 'fox', prompts: ['a fox'] }), files);
    const bare = await PictureFolder.make();
    try {
      await bare.write('log.jsonl', line({ type: 'begin' }));
      assert.equal(await writeReports(bare.path), {});
      assert.equal(Object.keys(await bare.contents()).length, 1);
    } finally {
      await bare.remove();
    }
  });
});
