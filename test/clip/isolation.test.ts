import * as assert from 'uvu/assert';
import { type Clip, type EmbedEvent, loadClip } from '../../lib/doors/clip.ts';
import { isolatedProcessId } from '../../lib/engine/isolation/isolated.ts';
import { suite } from '../harness.ts';
import { artistFailure, cosine, fixture, picture } from './support.ts';

suite('clip: isolate: true', { timeoutMs: 60_000 }, (test) => {
  let clip: Clip;
  test.before(async () => {
    clip = await loadClip({ isolate: true });
  });
  test.after(() => clip.dispose());

  test('embeds what a model in this process embeds, and knows the same of itself', async () => {
    await using here = await loadClip();
    assert.equal(clip.info, here.info);
    const [text, image] = [await clip.embedText('a red fox'), await clip.embedImage(picture(64, 64, 1))];
    assert.equal([...text], [...(await here.embedText('a red fox'))]);
    assert.equal([...image], [...(await here.embedImage(picture(64, 64, 1)))]);
  });

  test('a crash rejects with ERR_NATIVE_CRASH; the next call loads it again', async () => {
    const before = await clip.embedText('an owl');
    const texts = Array.from({ length: 3000 }, (_, at) => `a red fox number ${at} in the snow with a long description`);
    const onProgress = (event: EmbedEvent): void => {
      if (event.done > 0) process.kill(isolatedProcessId() ?? Number.NaN, 'SIGKILL');
    };
    await artistFailure(clip.embedTexts(texts, { onProgress }), 'ERR_NATIVE_CRASH', /SIGKILL/);
    assert.ok(cosine(await clip.embedText('an owl'), before) > 0.9999999);
  });

  test('errors of the load keep their codes, and a disposed one says so', async () => {
    await artistFailure(loadClip(fixture('heads'), { isolate: true }), 'ERR_MODEL_FORMAT');
    await artistFailure(loadClip({ isolate: true, backend: 'cuda7' }), 'ERR_NO_DEVICE');
    const other = await loadClip({ isolate: true });
    await other.dispose();
    await artistFailure(other.embedText('a'), 'ERR_DISPOSED');
  });
});
