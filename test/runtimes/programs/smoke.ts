/** The same few calls under every runtime. Prints one JSON line: what was painted, and that cancelling works. */
import { createHash } from 'node:crypto';
import { isArtistError, loadModel, versions } from '../../../lib/index.ts';

const model = await loadModel();
const phases = new Set<string>();
const picture = { prompt: 'a red fox', width: 64, height: 64, seed: 7, cfgScale: 1 };
const { images } = await model.generate({ ...picture, steps: 3, onProgress: (event) => phases.add(event.type) });
const png = await images[0]?.toBuffer('png');

const controller = new AbortController();
const cancelled = await model
  .generate({
    ...picture,
    steps: 100,
    signal: controller.signal,
    onProgress: (event) => event.type === 'sample' && event.step >= 1 && controller.abort('enough'),
  })
  .then(
    () => 'painted',
    (reason: unknown) => reason,
  );
const refused = await model.generate({ ...picture, steps: 0 }).then(
  () => 'painted',
  (error: unknown) => (isArtistError(error) ? error.code : String(error)),
);
await model.dispose();

const sha256 = createHash('sha256')
  .update(images[0]?.data ?? '')
  .digest('hex');
console.log(
  JSON.stringify({ ggml: versions().ggml, sha256, png: (png?.length ?? 0) > 100, phases: [...phases].sort(), cancelled, refused }),
);
