/** Splits a prompt into subject, scene and style. */
import { builtInStyles, derivationSchema } from '../../prompt/index.ts';

export interface PromptParts {
  /** What the picture shows: "a fox". Never empty if the prompt has a word. */
  subject: string;
  /** Place, light and composition, each worded to follow the subject: "in the snow", "on a blue background". */
  scene: readonly string[];
  /** Medium or style: "black ink drawing". */
  style: string | undefined;
}

/** Matches a phrase whose last word names a medium. */
const media =
  /\b(painting|drawing|photograph|photo|render|rendering|illustration|sketch|print|woodcut|linocut|etching|engraving|watercolou?r|gouache|pastel|fresco|mosaic|collage|cartoon|comic|poster|vector art|pixel art|line art|concept art|digital art|art)$/i;

/** Quality words of prompts, which describe nothing in the picture. */
const noise =
  /^(masterpiece|best quality|high(est)? quality|ultra[- ]?detailed|(highly|very|intricately) detailed|detailed|sharp focus|hdr|[248]k|hd|uhd|award[- ]winning|professional|stunning|beautiful|trending on \w+|artstation|unreal engine( \d)?|octane render)$/i;

const knownStyles = (): Set<string> =>
  new Set(
    (['bundled', 'tags', 'sentences'] as const)
      .flatMap((family) => builtInStyles(family))
      .flatMap(({ name, phrase }) => [name, phrase ?? name]),
  );

/** The prompt without its markup: `(word:1.2)` becomes `word`, `<lora:x:1>` disappears. */
function plain(prompt: string): string {
  return prompt
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\bBREAK\b/g, ',')
    .replace(/\\([()[\]{}])/g, '\u0001$1')
    .replace(/:\s*-?\d+(\.\d+)?\s*(?=[)\]])/g, '')
    .replace(/(?<!\u0001)[()[\]{}]/g, '')
    .replaceAll('\u0001', '')
    .replace(/\s+/g, ' ')
    .trim();
}

const preposition =
  /^(in|on|at|by|under|over|above|below|behind|beside|before|with|near|among|between|inside|outside|through|floating|surrounded|during|seen|against)\b/i;

/** "white background" -> "on a white background". */
function scenePart(text: string): string {
  if (preposition.test(text)) return text;
  if (/^\w+ background$/i.test(text)) return `on ${/^[aeiou]/i.test(text) ? 'an' : 'a'} ${text}`;
  return text;
}

/** Wording of built-in modifiers after a subject. */
const compositions: Readonly<Record<string, string>> = {
  'wide view': 'in a wide view',
  'close-up': 'in close-up',
  'seen from above': 'seen from above',
  'much empty space': 'with much empty space',
  'strict symmetry': 'in strict symmetry',
};

function modifierPart(group: string, name: string): string {
  if (group === 'light') return preposition.test(name) ? name : `in ${name}`;
  return compositions[name] ?? scenePart(name);
}

/** Splits a free text at its commas and by the words that name a medium. */
function partsOfText(prompt: string): PromptParts {
  const styles = knownStyles();
  const isStyle = (text: string): boolean => styles.has(text.toLowerCase()) || media.test(text);
  let style: string | undefined;
  const seen: string[] = [];
  for (const segment of plain(prompt).split(/\s*[,;]\s*|[.!?](?:\s+|$)|\n/)) {
    if (segment === '' || noise.test(segment)) continue;
    const [, made = '', of = ''] = /^(?:an?\s+|the\s+)?(.{2,60}?)\s+(?:of|showing)\s+(.+)$/i.exec(segment) ?? [];
    if (style === undefined && of !== '' && isStyle(made)) {
      style = made;
      seen.push(of);
    } else if (isStyle(segment)) style ??= segment.replace(/^an?\s+/i, '');
    else seen.push(segment);
  }
  const [subject = style ?? plain(prompt), ...scene] = seen;
  return { subject, scene: scene.slice(0, 3).map(scenePart), style: subject === style ? undefined : style };
}

/**
 * The parts of a prompt: from the derivation of a chosen prompt, from the words of a given one.
 *
 * @param derivation as recorded with the work
 */
export function promptParts(prompt: string, derivation: Record<string, unknown> | undefined): PromptParts {
  const parsed = derivationSchema.safeParse(derivation);
  if (!parsed.success || parsed.data.subject === undefined) return partsOfText(prompt);
  const { subject, subjectText = subject, styles, modifiers = {} } = parsed.data;
  const style = styles ? styles.map(({ name }) => name).join(' and ') : parsed.data.style;
  const scene = Object.entries(modifiers).flatMap(([group, name]) => (name === '' ? [] : [modifierPart(group, name)]));
  return { subject: plain(subjectText), scene, style };
}
