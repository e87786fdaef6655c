import type { PromptFamily } from './families.ts';

export interface Style {
  name: string;
  /** The phrase in the prompt, without article. Default: the name. */
  phrase?: string | undefined;
  /** Relative frequency as long as nothing was learnt about it. 0: never. */
  weight: number;
  /** Added to the negative prompt, if the family has one. */
  negative?: string | undefined;
  /** LoRA of the style: a path, or a name in `<home>/loras`. */
  lora?: { path: string; weight: number } | undefined;
}

export interface Modifier extends Style {
  group: string;
}

/** Weights of the bundled model: how often the style was in its training. */
const bundledStyles: readonly Style[] = [
  { name: 'glossy 3d render', weight: 1.2 },
  { name: 'flat vector art', weight: 1 },
  { name: 'black ink drawing', weight: 0.7 },
  { name: 'shaded cartoon', weight: 1.2 },
  { name: 'retro cartoon', weight: 0.5 },
  { name: 'bold flat cartoon', weight: 1 },
  { name: 'storybook illustration', weight: 0.8 },
];

const generalStyles: readonly Style[] = [
  { name: 'oil painting', weight: 1, negative: 'photograph' },
  { name: 'watercolour', phrase: 'watercolour painting', weight: 1, negative: 'photograph' },
  { name: 'gouache', phrase: 'gouache painting', weight: 0.8, negative: 'photograph' },
  { name: 'ink drawing', weight: 0.8, negative: 'photograph' },
  { name: 'woodcut', phrase: 'woodcut print', weight: 0.6, negative: 'photograph' },
  { name: 'linocut', phrase: 'linocut print in two colours', weight: 0.6, negative: 'photograph' },
  { name: 'pastel', phrase: 'soft pastel drawing', weight: 0.7, negative: 'photograph' },
  { name: 'flat illustration', phrase: 'flat vector illustration', weight: 0.8, negative: 'photograph' },
  { name: 'digital painting', weight: 1 },
  { name: 'photograph', phrase: 'photograph', weight: 0.8, negative: 'painting, illustration' },
  { name: 'paper collage', weight: 0.5, negative: 'photograph' },
  { name: 'pixel art', weight: 0.4, negative: 'photograph' },
];

const generalModifiers: readonly Modifier[] = [
  { group: 'light', name: '', weight: 1 },
  { group: 'light', name: 'golden evening light', weight: 1 },
  { group: 'light', name: 'cool morning light', weight: 1 },
  { group: 'light', name: 'soft mist', weight: 0.8 },
  { group: 'light', name: 'deep shadows', weight: 0.7 },
  { group: 'light', name: 'moonlight', weight: 0.6 },
  { group: 'light', name: 'overcast light', weight: 0.6 },
  { group: 'composition', name: '', weight: 1 },
  { group: 'composition', name: 'wide view', phrase: 'a wide view', weight: 1 },
  { group: 'composition', name: 'close-up', phrase: 'a close-up', weight: 0.7 },
  { group: 'composition', name: 'seen from above', phrase: 'a view from above', weight: 0.6 },
  { group: 'composition', name: 'much empty space', phrase: 'a study in empty space', weight: 0.6 },
  { group: 'composition', name: 'strict symmetry', phrase: 'a strict symmetry', weight: 0.4 },
];

export function builtInStyles(family: PromptFamily): readonly Style[] {
  return family === 'bundled' ? bundledStyles : generalStyles;
}

/** Modifiers by group; those of the bundled model are the backgrounds of its topics. */
export function builtInModifiers(family: PromptFamily, backgrounds: readonly string[]): readonly Modifier[] {
  if (family !== 'bundled') return generalModifiers;
  return ['', ...backgrounds].map((name) => ({ group: 'background', name, weight: name === '' ? 0.5 : 1 }));
}
