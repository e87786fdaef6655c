/**
 * A side of bench/clip: transformers.js on onnxruntime in its own process, which reads requests from stdin, one per line.
 *
 *     onnx.ts <path of @huggingface/transformers' entry> <folder> <threads>
 *
 * The first line `{"texts": [...], "text": n, "image": n}` is answered with the embeddings of the first texts and pictures. Pictures are
 * embedded twice: resized by transformers.js, and from the pixels saved by the Python side.
 * Each later line `{"what": "images" | "texts", "count": n}` is answered with the seconds from raw pictures or strings to embeddings.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { picture } from '../../test/clip/support.ts';

interface Tensor {
  normalize(): Tensor;
  tolist(): number[][];
}
type Inputs = Record<string, Tensor>;
interface Loader<T> {
  from_pretrained(name: string, options?: object): Promise<T>;
}
/** The parts of transformers.js 3 and 4 that are used. */
interface Transformers {
  env: {
    version: string;
    allowRemoteModels: boolean;
    localModelPath: string;
    backends: { onnx: { versions?: { node?: string } } };
  };
  RawImage: new (data: Uint8ClampedArray, width: number, height: number, channels: number) => object;
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => Tensor;
  AutoTokenizer: Loader<(texts: readonly string[], options: object) => Inputs>;
  AutoProcessor: Loader<(images: readonly object[]) => Promise<Inputs>>;
  CLIPTextModelWithProjection: Loader<(inputs: Inputs) => Promise<{ text_embeds: Tensor }>>;
  CLIPVisionModelWithProjection: Loader<(inputs: Inputs) => Promise<{ image_embeds: Tensor }>>;
}

const [entry = '', folder = '', threads = '1'] = process.argv.slice(2);
const { env, RawImage, Tensor, ...hub } = createRequire(import.meta.url)(entry) as Transformers;
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const name = basename(folder);
const options = {
  dtype: 'fp32',
  device: 'cpu',
  session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
};
const tokenizer = await hub.AutoTokenizer.from_pretrained(name);
const processor = await hub.AutoProcessor.from_pretrained(name);
const textModel = await hub.CLIPTextModelWithProjection.from_pretrained(name, options);
const imageModel = await hub.CLIPVisionModelWithProjection.from_pretrained(name, options);

async function embedTexts(texts: readonly string[]): Promise<number[][]> {
  const { text_embeds } = await textModel(tokenizer(texts, { padding: true, truncation: true, max_length: 77 }));
  return text_embeds.normalize().tolist();
}

async function embedPixels(inputs: Inputs): Promise<number[][]> {
  const { image_embeds } = await imageModel(inputs);
  return image_embeds.normalize().tolist();
}

const pictures = Array.from({ length: 16 }, (_, seed) => picture(320, 240, seed));
async function embedImages(count: number): Promise<number[][]> {
  const images = pictures
    .slice(0, count)
    .map(({ data, width, height, channels }) => new RawImage(new Uint8ClampedArray(data), width, height, channels));
  return embedPixels(await processor(images));
}

let texts: string[] | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (texts === undefined) {
    const ask = JSON.parse(line) as { texts: string[]; text: number; image: number };
    texts = ask.texts;
    const { buffer } = new Uint8Array(await readFile(join(folder, 'pixels.f32')));
    const pixels = new Float32Array(buffer);
    const edge = Math.sqrt(pixels.length / ask.image / 3);
    const answer = {
      version: `transformers.js ${env.version}, onnxruntime ${env.backends.onnx.versions?.node ?? 'of unknown version'}`,
      text: await embedTexts(texts.slice(0, ask.text)),
      image: await embedImages(ask.image),
      pixels: await embedPixels({ pixel_values: new Tensor('float32', pixels, [ask.image, 3, edge, edge]) }),
    };
    console.log(JSON.stringify(answer));
    continue;
  }
  const { what, count } = JSON.parse(line) as { what: 'images' | 'texts'; count: number };
  const start = performance.now();
  const before = process.cpuUsage();
  if (what === 'images') await embedImages(count);
  else await embedTexts(texts.slice(0, count));
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 }));
}
