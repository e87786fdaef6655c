/** Summarises missing tensors: the engine writes one line for each, often sixty, where one sentence is enough. */

const line = /\btensor '([^']+)' not in model (?:metadata|file)/;

/** [names, what is missing, what to do] */
const parts: readonly (readonly [RegExp, string, string])[] = [
  [/^(?:tae|vae|first_stage_model|decoder|encoder)\./, 'an autoencoder', 'Give one as `vae` or `tae`'],
  [/^(?:cond_stage_model|text_encoders|conditioner|text_model)\b/, 'a text encoder', 'Give it as `clipL`, `clipG`, `t5xxl` or `llm`'],
];
const other = [/./, 'parts of the network', 'A file is damaged, or of another kind than its names say'] as const;

/** Number of engine lines kept for each part. */
const shown = 3;

/**
 * Explains what a model lacks, from the engine's lines; undefined if no line names a missing tensor.
 *
 * @returns a sentence to append to the message, and the lines, with only the first few missing tensors of each part
 */
export function explainMissing(lines: readonly string[]): { sentence: string; details: string[] } | undefined {
  const missing = new Map<string, { advice: string; names: string[] }>();
  const details: string[] = [];
  for (const text of lines) {
    const name = line.exec(text)?.[1];
    if (name === undefined) {
      details.push(text);
      continue;
    }
    const [, what, advice] = parts.find(([pattern]) => pattern.test(name)) ?? other;
    const known = missing.get(what) ?? { advice, names: [] };
    known.names.push(name);
    missing.set(what, known);
    if (known.names.length <= shown) details.push(text);
  }
  if (missing.size === 0) return undefined;
  const lacks = [...missing].map(([what, { names }]) => `${what} (${names.length} tensors, such as ${names[0]})`).join(' and ');
  const advice = [...new Set([...missing.values()].map((part) => part.advice))].join('. ');
  return { sentence: `the files lack ${lacks}. ${advice}`, details };
}
