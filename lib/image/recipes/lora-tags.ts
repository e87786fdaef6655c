/**
 * LoRA tags in prompts, in the syntax of A1111, Forge and SD.Next: `<lora:name:0.8>`, `<lora:name>`, `<lora:name:te=0.5:unet=0.8>`,
 * `<lyco:…>`.
 */

/** A tag with at most 12 arguments; the bounds keep hostile text cheap. */
const loraTag = /<(?:lora|lyco|locon):([^:<>]{1,500})((?::[^:<>]{0,500}){0,12})>/gi;

export interface LoraTag {
  name: string;
  /** Weight for the diffusion model; that for the text encoder may differ (`te=`). */
  weight: number;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

/** undefined if an argument for a weight is not a number. */
function weightOf(parameters: readonly string[]): number | undefined {
  const named = new Map(parameters.filter((part) => part.includes('=')).map((part) => part.split('=', 2) as [string, string]));
  const [first] = parameters.filter((part) => !part.includes('='));
  if (first !== undefined && numberOf(first) === undefined) return undefined;
  return numberOf(named.get('unet')) ?? numberOf(first) ?? numberOf(named.get('te')) ?? 1;
}

/** The tags of a prompt, and the prompt without them. `rich` are tags with more than a name and one weight, unchanged. */
export function readLoraTags(text: string): { prompt: string; loras: LoraTag[]; rich: string[] } {
  const loras: LoraTag[] = [];
  const rich: string[] = [];
  const prompt = text.replace(loraTag, (tag, name: string, rest: string) => {
    const parameters = rest.split(':').slice(1);
    const weight = weightOf(parameters);
    // No program would apply this tag, so it stays in the prompt.
    if (weight === undefined) return tag;
    loras.push({ name, weight });
    if (parameters.length > 1 || rest.includes('=')) rich.push(tag);
    return '';
  });
  return { prompt, loras, rich };
}
