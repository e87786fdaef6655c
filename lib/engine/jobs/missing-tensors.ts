/** The engine names each tensor that a model lacks on a line of its own: sixty lines where one sentence helps. */

const line = /\btensor '([^']+)' not in model (?:metadata|file)/;

/** [names, what is missing, what to do] */
const parts: readonly (readonly [RegExp, string, string])[] = [
  [/^(?:tae|vae|first_stage_model|decoder|encoder)\./, 'an autoencoder', 'Give one as `vae` or `tae`'],
  [/^(?:cond_stage_model|text_encoders|conditioner|text_model)\b/, 'a text encoder', 'Give it as `clipL`, `clipG`, `t5xxl` or `llm`'],
];
const other = [/./, 'parts of the network', 'A file is damaged, or of another kind than its names say'] as const;

/** Lines of the engine that stay for each part. */
const shown = 3;

/**
 * What a model lacks, by the engine's lines about it; undefined where no line names a tensor.
 *
 * @returns a sentence to be put behind the message, and the lines without all but the first few of them
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
