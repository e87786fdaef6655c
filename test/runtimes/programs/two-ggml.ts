/**
 * node-llama-cpp and our addon in one process, each with its own ggml, computing at the same time.
 * usage: two-ggml.ts FOLDER (with node-llama-cpp installed) first|second (when our addon is loaded). Prints one JSON line.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadModel } from '../../../lib/index.ts';
import { writeTinyLlama } from '../tiny-llama.ts';

/** The part of node-llama-cpp 3 that is used here. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; logLevel: 'error'; progressLogs: false }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      createContext(options: { contextSize: number; threads: number }): Promise<{ getSequence(): unknown; dispose(): Promise<void> }>;
      dispose(): Promise<void>;
    }>;
  }>;
  LlamaCompletion: new (options: {
    contextSequence: unknown;
  }) => { generateCompletion(prompt: string, options: { maxTokens: number; temperature: number }): Promise<string> };
}

const [folder = '', order = 'first'] = process.argv.slice(2);
const entry = createRequire(path.join(folder, 'package.json')).resolve('node-llama-cpp');
const picture = { prompt: 'a red fox', width: 64, height: 64, seed: 7, steps: 4, cfgScale: 1 };
const hash = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex').slice(0, 16);

const early = order === 'first' ? await loadModel() : undefined;
const { getLlama, LlamaCompletion } = (await import(pathToFileURL(entry).href)) as NodeLlamaCpp;
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', progressLogs: false });
const language = await llama.loadModel({ modelPath: await writeTinyLlama(folder) });
const model = early ?? (await loadModel());

const paint = async (): Promise<string> => hash((await model.generate(picture)).images[0]?.data ?? '');
async function write(): Promise<string> {
  const context = await language.createContext({ contextSize: 64, threads: 1 });
  const text = await new LlamaCompletion({ contextSequence: context.getSequence() }).generateCompletion('hello', {
    maxTokens: 12,
    temperature: 0,
  });
  await context.dispose();
  return hash(text);
}

const alone = { picture: await paint(), text: await write() };
const together: { picture: string; text: string }[] = [];
for (let round = 0; round < 3; round++) {
  const [painted, text] = await Promise.all([paint(), write()]);
  together.push({ picture: painted, text });
}
console.log(JSON.stringify({ alone, together }));
await model.dispose();
await language.dispose();
