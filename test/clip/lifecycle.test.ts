import * as assert from 'uvu/assert';
import { Clip } from '../../lib/clip/clip.ts';
import { settingsFromHeaders } from '../../lib/clip/description/shape.ts';
import { type EmbedEvent, loadClip } from '../../lib/doors/clip.ts';
import type { ModelHeader } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { artistFailure, cosine, picture } from './support.ts';

const manyTexts = Array.from(
  { length: 4000 },
  (_, at) => `a red fox number ${at} in the snow with a very long description of what it does`,
);

suite('clip: cancel and dispose', (test) => {
  test('a signal stops the work in its midst and rejects with its reason; the model stays usable', async () => {
    await using clip = await loadClip();
    const before = await clip.embedText('a fox');
    const controller = new AbortController();
    const reason = new Error('enough');
    const events: EmbedEvent[] = [];
    let thrown: unknown;
    await clip
      .embedTexts(manyTexts, {
        signal: controller.signal,
        onProgress: (event) => {
          events.push(event);
          controller.abort(reason);
        },
      })
      .catch((error: unknown) => {
        thrown = error;
      });
    assert.is(thrown, reason);
    assert.ok((events.at(-1)?.done ?? 0) < 4000, 'it did not run to the end');
    assert.is(cosine(await clip.embedText('a fox'), before) > 0.9999999, true);
  });

  test('a signal stops pictures, too, and no promise is left unhandled', async () => {
    await using clip = await loadClip();
    const signal = AbortSignal.timeout(30);
    let thrown: unknown;
    await clip.embedImages(Array(2000).fill(picture(200, 200, 1)), { signal }).catch((error: unknown) => {
      thrown = error;
    });
    assert.is((thrown as Error).name, 'TimeoutError');
  });

  test('progress counts to the end', async () => {
    await using clip = await loadClip();
    const seen: number[] = [];
    const vectors = await clip.embedImages(Array(10).fill(picture(64, 64, 1)), {
      onProgress: ({ done, total }) => seen.push(done, total - 10),
    });
    assert.is(vectors.length, 10);
    assert.is(seen.at(-2), 10);
    assert.ok(seen.every((value, at) => at % 2 === 1 || value >= (seen[at - 2] ?? 0)));
  });

  test('a throw in a listener rejects the call with what was thrown', async () => {
    await using clip = await loadClip();
    let thrown: unknown;
    const mine = new Error('mine');
    await clip
      .embedText('a fox', {
        onProgress: () => {
          throw mine;
        },
      })
      .catch((error: unknown) => {
        thrown = error;
      });
    assert.is(thrown, mine);
  });

  test('dispose cancels what runs, may be called twice, and later calls say what happened', async () => {
    const clip = await loadClip();
    const running = artistFailure(clip.embedTexts(manyTexts), 'ERR_ABORTED', /because the CLIP model was disposed/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([clip.dispose(), clip.dispose()]);
    await running;
    assert.is(clip.disposed, true);
    await artistFailure(clip.embedText('a'), 'ERR_DISPOSED', /Load it again with loadClip\(\)/);
    await artistFailure(clip.embedImage(picture(8, 8, 0)), 'ERR_DISPOSED');
    await artistFailure(clip.classify(picture(8, 8, 0), ['a']), 'ERR_DISPOSED');
  });

  test('two models at once do not disturb each other', async () => {
    await using a = await loadClip();
    await using b = await loadClip({ weightType: 'f32' });
    const [one, two] = await Promise.all([a.embedTexts(manyTexts.slice(0, 60)), b.embedTexts(manyTexts.slice(0, 60))]);
    for (const [at, vector] of one.entries()) assert.ok(cosine(vector, two[at] ?? []) > 0.9999);
  });

  test('loading and freeing twenty times leaves no memory behind', async () => {
    for (let round = 0; round < 3; round++) await (await loadClip()).dispose();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 20; round++) {
      await using clip = await loadClip();
      await clip.embedText('a fox');
    }
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 60, `${grown.toFixed(1)} MiB`); // the weights alone have 9.3 MiB: twenty leaks would be 186
  });

  test('empty lists are empty, and embeddings have length 1', async () => {
    await using clip = await loadClip();
    assert.ok(clip instanceof Clip);
    assert.equal(await clip.embedTexts([]), []);
    assert.equal(await clip.embedImages([]), []);
    const vector = await clip.embedImage(picture(30, 40, 3));
    assert.is(vector.length, clip.info.dimensions);
    assert.ok(Math.abs(vector.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-6);
  });

  test('classify: probabilities of all labels add up to 1, best first', async () => {
    await using clip = await loadClip();
    const ranked = await clip.classify(picture(64, 64, 1), ['a fox', 'an owl', 'a boat'], { template: 'flat vector art of {}' });
    assert.equal(ranked.map(({ label }) => label).sort(), ['a boat', 'a fox', 'an owl']);
    assert.ok(Math.abs(ranked.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
    assert.ok(ranked.every((entry, at) => at === 0 || entry.probability <= (ranked[at - 1]?.probability ?? 0)));
  });
});

suite('clip: settings without a config.json', (test) => {
  const header = (width: number, metadata: ModelHeader['metadata'] = {}): ModelHeader => ({
    path: 'x',
    format: 'gguf',
    bytes: 1,
    dataOffset: 0,
    metadata,
    tensors: [{ name: 'vision_model.embeddings.class_embedding', dtype: 'F16', shape: [width], bytes: width * 2, offset: 0 }],
  });
  test('OpenAI widths: heads of 64, quick gelu', () => {
    const { source, image, text } = settingsFromHeaders([header(1024)]);
    assert.equal([source, image.heads, image.quickGelu, text.heads], ['assumed', 0, true, 0]);
  });
  for (const width of [1280, 1408, 1664])
    test(`${width} (LAION): 16 heads, exact gelu`, () => {
      const { image, text } = settingsFromHeaders([header(width)]);
      assert.equal([image.heads, image.quickGelu, text.quickGelu], [16, false, false]);
    });
  test('metadata of a GGUF file comes first', () => {
    const metadata = { 'clip.use_gelu': true, 'clip.vision.attention.head_count': 12, 'clip.text.attention.head_count': 8 };
    const { source, image, text } = settingsFromHeaders([header(768, metadata)]);
    assert.equal([source, image.heads, image.quickGelu, text.heads], ['metadata', 12, false, 8]);
  });
});
