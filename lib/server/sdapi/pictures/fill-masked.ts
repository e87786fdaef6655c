/** Replaces what lies under a mask with the colours around it, blurred the more the further inside they are. */
import { loadSharp, type RawImage } from '../../../image/index.ts';
import { bufferOf, pipelineOf, pixelsOf } from './start-picture.ts';

/** Shrinking factors of the layers, the roughest first. */
const layers = [64, 16, 4, 2] as const;

/**
 * @param image RGB
 * @param mask grey, of the same size; white is replaced
 */
export async function fillMasked(image: RawImage, mask: RawImage): Promise<RawImage> {
  const { width, height } = image;
  const sharp = await loadSharp();
  const kept = await pixelsOf((await pipelineOf(mask)).threshold(1).negate().toColourspace('b-w'));
  const raw = { width, height, channels: 4 } as const;
  const visible = bufferOf(await pixelsOf((await pipelineOf(image)).joinChannel(bufferOf(kept), { raw: { width, height, channels: 1 } })));
  const scaled = async (factor: number): Promise<Buffer> => {
    const [w, h] = [Math.max(1, Math.ceil(width / factor)), Math.max(1, Math.ceil(height / factor))];
    const small = await sharp(visible, { raw }).resize(w, h, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
    return await sharp(small, { raw: { width: w, height: h, channels: 4 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
  };
  const rough = await Promise.all(layers.map(scaled));
  // Where even the roughest layer sees nothing: the mean of all that is visible.
  const mean = await sharp(visible, { raw }).resize(1, 1, { fit: 'fill' }).removeAlpha().raw().toBuffer();
  const background = { r: mean[0] ?? 0, g: mean[1] ?? 0, b: mean[2] ?? 0 };
  const filled = sharp({ create: { width, height, channels: 3, background } }).composite(
    [...rough, visible].map((input) => ({ input, raw })),
  );
  return await pixelsOf(filled.removeAlpha().toColourspace('srgb'));
}
