/**
 * A llama of one layer and 259 tokens with made-up weights: what node-llama-cpp computes with in the two-ggml test.
 * Format: GGUF 3, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const width = 32;
const hidden = 64;
const alignment = 32;

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const f32 = (value: number): Buffer => Buffer.from(Float32Array.of(value).buffer);
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const key = (name: string, type: number, value: Buffer): Buffer => Buffer.concat([text(name), u32(type), value]);
const list = (type: number, items: readonly Buffer[]): Buffer => Buffer.concat([u32(type), u64(items.length), ...items]);
const pad = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((alignment - (data.length % alignment)) % alignment)]);

/** Value types of the format. */
const type = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 } as const;

function metadata(tokens: readonly string[]): Buffer[] {
  const numbers = {
    context_length: 128,
    embedding_length: width,
    block_count: 1,
    feed_forward_length: hidden,
    'attention.head_count': 2,
    'rope.dimension_count': width / 2,
  };
  // Token types: 2 unknown, 3 control, 6 byte.
  const kinds = tokens.map((_, index) => u32(index === 0 ? 2 : index < 3 ? 3 : 6));
  return [
    key('general.architecture', type.string, text('llama')),
    ...Object.entries(numbers).map(([name, value]) => key(`llama.${name}`, type.u32, u32(value))),
    key('llama.attention.layer_norm_rms_epsilon', type.f32, f32(1e-5)),
    key('tokenizer.ggml.model', type.string, text('llama')),
    key('tokenizer.ggml.tokens', type.array, list(type.string, tokens.map(text))),
    key(
      'tokenizer.ggml.scores',
      type.array,
      list(
        type.f32,
        tokens.map(() => f32(0)),
      ),
    ),
    key('tokenizer.ggml.token_type', type.array, list(type.i32, kinds)),
    key('tokenizer.ggml.bos_token_id', type.u32, u32(1)),
    key('tokenizer.ggml.eos_token_id', type.u32, u32(2)),
    key('tokenizer.ggml.unknown_token_id', type.u32, u32(0)),
  ];
}

/** Writes the file into `folder` and returns its path. */
export async function writeTinyLlama(folder: string): Promise<string> {
  const bytes = Array.from({ length: 256 }, (_, value) => `<0x${value.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes];
  const square = ['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name): [string, number[]] => [`blk.0.${name}.weight`, [width, width]]);
  const shapes: [name: string, shape: number[]][] = [
    ['token_embd.weight', [width, tokens.length]],
    ['output_norm.weight', [width]],
    ['output.weight', [width, tokens.length]],
    ['blk.0.attn_norm.weight', [width]],
    ...square,
    ['blk.0.ffn_norm.weight', [width]],
    ['blk.0.ffn_gate.weight', [width, hidden]],
    ['blk.0.ffn_up.weight', [width, hidden]],
    ['blk.0.ffn_down.weight', [hidden, width]],
  ];
  let offset = 0;
  const data: Buffer[] = [];
  const infos = shapes.map(([name, shape], tensor) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const weights = Float32Array.from({ length: count }, (_, index) =>
      shape.length === 1 ? 1 : Math.sin(index * 12.9898 + tensor * 78.233),
    );
    const info = Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)]);
    data.push(pad(Buffer.from(weights.buffer)));
    offset += data.at(-1)?.length ?? 0;
    return info;
  });
  const keys = metadata(tokens);
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(infos.length), u64(keys.length), ...keys, ...infos]);
  const file = path.join(folder, 'tiny-llama.gguf');
  await writeFile(file, Buffer.concat([pad(header), ...data]));
  return file;
}
