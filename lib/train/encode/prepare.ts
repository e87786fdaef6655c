/** Encodes everything possible before the first step, so that the encoders can be freed. */
import { bucketName } from '../../lora/index.ts';
import type { Size } from '../data/buckets.ts';
import { composeCaption } from '../data/captions.ts';
import type { Run } from '../run/run.ts';

/** Whether captions have more variants than present and absent. */
const captionsVaryEndlessly = ({ settings }: Run): boolean => settings.captions.shuffleTags || settings.captions.tagDropout > 0;

/** Captions of a run, grouped by picture size. */
function knownCaptions({ settings, framed }: Run): { size: Size; texts: string[] }[] {
  const { captions } = settings;
  const bySize = new Map<string, { size: Size; texts: Set<string> }>();
  for (const { picture, bucket } of framed) {
    const entry = bySize.get(bucketName(bucket)) ?? { size: bucket, texts: new Set<string>() };
    bySize.set(bucketName(bucket), entry);
    entry.texts.add(picture.role === 'class' ? picture.caption : composeCaption(picture.caption, captions));
    if (captions.captionDropout > 0) entry.texts.add('');
  }
  return [...bySize.values()].map(({ size, texts }) => ({ size, texts: [...texts] }));
}

const captionsAtOnce = 16;

/** Encodes pictures and captions (or reads them from the cache), then frees the encoders if no step needs them. */
export async function prepareEncodings(run: Run): Promise<void> {
  const { framed, encodings, session, signal, emit, settings } = run;
  const variants = framed.reduce((sum, { frames }) => sum + frames.length, 0);
  let done = 0;
  for (const picture of framed)
    for (const index of picture.frames.keys()) {
      signal.throwIfAborted();
      emit({ type: 'prepare', what: 'pictures', done, total: variants });
      await encodings.picture(picture, index);
      done++;
    }
  const known = knownCaptions(run);
  const total = known.reduce((sum, { texts }) => sum + texts.length, 0);
  done = 0;
  for (const { size, texts } of known)
    for (let at = 0; at < texts.length; at += captionsAtOnce) {
      signal.throwIfAborted();
      emit({ type: 'prepare', what: 'captions', done, total });
      const part = texts.slice(at, at + captionsAtOnce);
      await encodings.captions(part, size);
      done += part.length;
    }
  // Text encoders stay loaded if they are trained or if new captions will come.
  if (settings.network.textEncoder !== true && !captionsVaryEndlessly(run)) await session.releaseEncoders();
}
