/** `<lora:name:weight>` in prompts, as in A1111: a tag selects a LoRA and is not part of the text. */

export interface LoraTag {
  /** As written in the prompt. */
  readonly text: string;
  readonly name: string;
  /** Strength in the diffusion model. */
  readonly weight: number;
  /** Strength in the text encoders, if the tag gives one. */
  readonly textEncoderWeight?: number;
}

export interface TaggedPrompt {
  /** The prompt without its tags. */
  readonly prompt: string;
  readonly tags: readonly LoraTag[];
  /** Problems of invalid tags, one sentence each. These tags are removed from the prompt too. */
  readonly problems: readonly string[];
}

const tagForm = /<(lora|lyco|hypernet):([^<>]{1,600})>/gi;
const blanks = /[ \t]{2,}/g;

/**
 * Removes the tags from a prompt. `<lora:name>` is weight 1; `<lora:name:0.8>`; `<lora:name:te:unet>` and `te=`, `unet=` give separate
 * weights for text encoders and diffusion model. `<lyco:…>` is the same.
 */
export function takeLoraTags(prompt: string): TaggedPrompt {
  const tags: LoraTag[] = [];
  const problems: string[] = [];
  const rest = prompt.replace(tagForm, (text, kind: string, inner: string) => {
    const tag = kind.toLowerCase() === 'hypernet' ? 'hypernetworks are not supported' : readTag(text, inner);
    if (typeof tag === 'string') problems.push(`${text} in the prompt is not applied: ${tag}`);
    else tags.push(tag);
    return '';
  });
  if (rest === prompt) return { prompt, tags, problems };
  return { prompt: rest.replace(blanks, ' ').trim(), tags, problems };
}

function readTag(text: string, inner: string): LoraTag | string {
  const parts = inner.split(':').map((part) => part.trim());
  const named = new Map<string, string>();
  const plain: string[] = [];
  for (const part of parts) {
    const pair = /^(te|unet|dyn)\s*=\s*(.*)$/i.exec(part);
    if (pair?.[1] !== undefined) named.set(pair[1].toLowerCase(), pair[2] ?? '');
    else plain.push(part);
  }
  const [name = ''] = plain;
  if (name === '') return 'it names no LoRA';
  const encoder = weightOf(named.get('te') ?? plain[1] ?? '1');
  const network = weightOf(named.get('unet') ?? plain[2] ?? (named.has('te') ? (plain[1] ?? '1') : String(encoder)));
  if (encoder === undefined || network === undefined)
    return `expected weights from -10 to 10, got ${parts.slice(1).join(':')}. Write <lora:${name}:0.8>`;
  return { text, name, weight: network, ...(encoder === network ? {} : { textEncoderWeight: encoder }) };
}

function weightOf(text: string): number | undefined {
  const weight = text === '' ? 1 : Number(text);
  return Number.isFinite(weight) && Math.abs(weight) <= 10 ? weight : undefined;
}
