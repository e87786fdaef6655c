// Converts the engine's compiled-in tokenizer tables (48.7 MB of hex in C headers, 5.4 GB of compiler memory) to data files that
// native/engine/extensions/vocabulary.cpp reads on first use. CLIP, T5 and Qwen2 are plain files; the others share one zip.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';

/** C array name in the headers -> file name that the engine asks for. */
const tables = [
  { header: 'clip_merges.hpp', array: 'clip_merges_utf8_c_str', file: 'clip_merges.txt', plain: true },
  { header: 'qwen_merges.hpp', array: 'qwen2_merges_utf8_c_str', file: 'qwen2_merges.txt', plain: true },
  { header: 't5.hpp', array: 't5_tokenizer_json_str', file: 't5.json', plain: true },
  { header: 'umt5.hpp', array: 'umt5_tokenizer_json_str', file: 'umt5.json' },
  { header: 'mistral_merges.hpp', array: 'mistral_merges_utf8_c_str', file: 'mistral_merges.txt' },
  { header: 'mistral_vocab.hpp', array: 'mistral_vocab_json_utf8_c_str', file: 'mistral_vocab.json' },
  { header: 'gemma_merges.hpp', array: 'gemma_merges_utf8_c_str', file: 'gemma_merges.txt' },
  { header: 'gemma_vocab.hpp', array: 'gemma_vocab_json_utf8_c_str', file: 'gemma_vocab.json' },
  { header: 'gemma2_merges.hpp', array: 'gemma2_merges_utf8_c_str', file: 'gemma2_merges.txt' },
  { header: 'gemma2_vocab.hpp', array: 'gemma2_vocab_json_utf8_c_str', file: 'gemma2_vocab.json' },
  { header: 'gpt_oss_merges.hpp', array: 'gpt_oss_merges_utf8_c_str', file: 'gpt_oss_merges.txt' },
  { header: 'gpt_oss_vocab.hpp', array: 'gpt_oss_vocab_json_utf8_c_str', file: 'gpt_oss_vocab.json' },
];

/** Bytes of `static const unsigned char <array>[] = { 0x23,0x76,… };` */
function parseArray(source, array) {
  const start = source.indexOf(`${array}[]`);
  const open = source.indexOf('{', start);
  const close = source.indexOf('}', open);
  if (start < 0 || open < 0 || close < 0) throw new Error(`tokenizer table ${array} not found in the engine's headers`);
  const bytes = Buffer.alloc(Math.ceil((close - open) / 4));
  let length = 0;
  let at = source.indexOf('0x', open);
  while (at >= 0 && at < close) {
    bytes[length++] = Number.parseInt(source.slice(at + 2, at + 4), 16);
    at = source.indexOf('0x', at + 4);
  }
  return bytes.subarray(0, length);
}

/** Reads the headers in `vocabSource`, writes the data files into `target`, and removes headers and vocab.cpp from the source tree. */
export function extractVocabularies(vocabSource, target) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const packed = {};
  for (const { header, array, file, plain } of tables) {
    const path = join(vocabSource, header);
    if (!existsSync(path)) throw new Error(`the engine's tokenizer header ${path} is missing`);
    const bytes = parseArray(readFileSync(path, 'latin1'), array);
    if (plain) writeFileSync(join(target, file), bytes);
    else packed[file] = [bytes, { level: 6, mtime: '2026-06-14' }];
    rmSync(path);
  }
  writeFileSync(join(target, 'more.zip'), zipSync(packed));
  rmSync(join(vocabSource, 'vocab.cpp'));
}
