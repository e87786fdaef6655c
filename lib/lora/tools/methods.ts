/** Kinds of weight changes that are no product of two factors, by tensor name. */
import { ArtistError } from '../../core/index.ts';
import { splitLoraName } from '../../models/index.ts';

/** For names that splitLoraName() does not know or does not take for a factor. The first match counts. */
const methods: readonly (readonly [RegExp, string])[] = [
  [/\.dora_scale$|lora_magnitude_vector|\.magnitude$/, 'DoRA (magnitudes)'],
  [/\.hada_/, 'LoHa'],
  [/\.lokr_/, 'LoKr'],
  [/\.lora_?\.?mid\./, 'LoCon with Tucker cores'],
  [/\.(?:oft_|boft_)|\.oft$|\.rescale$/, 'OFT'],
  [/\.[ab][12]\.weight$|\.[bc]m[12]\.weight$/, 'GLoRA'],
  [/\.on_input$|ia3_l$/, '(IA)³'],
  [/vera_lambda|randlora_|spectrum$|bone_|hra_u$|ln_tuning/, 'a method of PEFT'],
  [/\.(?:w|b)_norm$|norm[^.]*\.(?:weight|bias|scale)$/, 'trained norms'],
  [/\.(?:diff_b|bias)$|\.lora_bias$/, 'trained biases'],
  [/\.(?:diff|set_weight|reshape_weight)$/, 'full differences'],
  [/emb_params|bundle_emb|string_to_param|^clip_[lg]$/, 'an embedding (textual inversion)'],
  [/\.lora_linear_layer\.|\.processor\./, 'layers under the names of an old version of diffusers'],
];

/** The role of a tensor in a plain LoRA; undefined if it belongs to another method. */
export function factorRole(name: string): 'up' | 'down' | 'alpha' | 'scale' | undefined {
  const { role, parameter } = splitLoraName(name);
  const plain = role === 'up' || role === 'down' || role === 'alpha' || role === 'scale';
  return plain && parameter === 'weight' ? role : undefined;
}

/**
 * Refuses a file that would lose a part when merged, resized or renamed.
 *
 * @param names names of all its tensors
 * @throws ArtistError ERR_UNSUPPORTED: which methods, how many tensors of how many
 */
export function refuseOtherMethods(path: string, names: readonly string[]): void {
  const found = new Map<string, string[]>();
  for (const name of names) {
    if (factorRole(name) !== undefined) continue;
    const method = methods.find(([pattern]) => pattern.test(name))?.[1] ?? 'tensors of a kind that is not known here';
    found.set(method, [...(found.get(method) ?? []), name]);
  }
  if (found.size === 0) return;
  const count = [...found.values()].reduce((sum, { length }) => sum + length, 0);
  const what = [...found].map(([method, [first]]) => `${method} (${first})`).join(', ');
  throw new ArtistError(
    'ERR_UNSUPPORTED',
    `${path}: expected a LoRA of two factors a weight, got ${what}: ${count} of its ${names.length} tensors would be left out. Only plain LoRA and LoCon can be merged, resized and converted. Paint with the files side by side instead`,
    { details: [...found].flatMap(([method, tensors]) => tensors.map((name) => `${name}: ${method}`)) },
  );
}
