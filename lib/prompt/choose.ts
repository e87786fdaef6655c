import * as z from 'zod';
import { ArtistError, answering, display, nearest, type RandomSource, resolveOptions } from '../core/index.ts';
import { armOf, noPreferences, type Preferences, sampleOption } from './bandit.ts';
import type { Derivation, DerivedChoice } from './derivation.ts';
import { drawWeighted, offeredOf, promptRandom, type Weighted } from './draw.ts';
import { estimateTokens, familyRules, type PromptFamily } from './families.ts';
import type { Inspiration } from './inspiration.ts';
import { lorasOfStyles, mixedPhrase, type StyleShare, sharesOf, type WeightedStyle } from './mix.ts';
import { builtInModifiers, builtInStyles, type Modifier, type Style } from './styles.ts';
import { expandTemplate, type WordLists } from './template.ts';
import { backgroundsOf, builtInTopics, subjectsOf, type Topic } from './topics.ts';

const weight = () => z.number().min(0).max(1000).default(1);
const name = () => z.string().trim().min(1).max(2000);

/** The user's changes to the built-in topics and styles. */
export const promptSettings = z.strictObject({
  /** Own topics and their subjects; a topic with a built-in name replaces that one. */
  topics: z.record(name(), z.array(name()).min(1).max(10_000)).default({}),
  /** Topics to choose among. Default: all. */
  only: z.array(name()).min(1).optional(),
  /** Own styles; a style with a built-in name changes its weight and phrase. */
  styles: z
    .array(
      z.strictObject({
        name: name(),
        phrase: name().optional(),
        weight: weight(),
        /** A LoRA used with the style: a path, or a name in `<home>/loras`. In a mixture its weight is times the style's share. */
        lora: z.strictObject({ path: name(), weight: z.number().min(-10).max(10).default(1) }).optional(),
      }),
    )
    .default([]),
  /** Own modifiers, in a group of the family: light, composition, background. */
  modifiers: z.array(z.strictObject({ group: name(), name: name(), phrase: name().optional(), weight: weight() })).default([]),
  /** Replace the built-in ones. */
  templates: z.array(z.union([name(), z.strictObject({ text: name(), weight: weight() })])).default([]),
  /** Number of works within which no subject is repeated. */
  avoidRecent: z.int().min(0).max(1000).default(12),
  /** Learn styles and modifiers from ratings and the curation; false: only weights count. */
  learn: z.boolean().default(true),
});
export type PromptSettings = z.input<typeof promptSettings>;
/** At most eight styles: more do not give a recognisable style. */
const weightedStyles = z
  .array(z.strictObject({ name: name(), weight: z.number().positive().max(1000) }))
  .min(1)
  .max(8);
type Settings = z.output<typeof promptSettings>;

export interface ChooseOptions {
  family: PromptFamily;
  /** 0..2^53-1. The same seed, settings and memory give the same prompt. */
  seed: number;
  /** Default: seeded with `seed`. */
  chance?: RandomSource;
  topic?: string | undefined;
  /** The subject of the picture, instead of one from a topic. Not with `inspiration`. */
  subject?: string | undefined;
  /** One style, or several with weights. Only the ratios of the weights matter. */
  style?: string | readonly WeightedStyle[] | undefined;
  /** A subject from a museum, instead of one from a topic. */
  inspiration?: { query: string; subject: string; from: Inspiration } | undefined;
  settings?: PromptSettings | undefined;
  /** Word lists that templates and subjects may name. */
  lists?: WordLists;
  /** Subjects of the last works, newest first. Only the first `avoidRecent` count. */
  recentSubjects?: readonly string[];
  preferences?: Preferences;
}

export interface ChosenPrompt {
  prompt: string;
  negativePrompt: string | undefined;
  /** The LoRAs of the styles. */
  loras: { path: string; weight: number }[];
  derivation: Derivation;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** All topics: the user's own with their subjects, then the built-in ones. */
export function topicsOf(ownTopics: Readonly<Record<string, string[]>> = {}): Topic[] {
  const own = Object.entries(ownTopics).map(([topic, subjects]): Topic => ({ name: topic, subjects }));
  return [...own, ...builtInTopics.filter((topic) => !own.some((each) => same(each.name, topic.name)))];
}

/** The topic of this name, ignoring case. */
export function findTopic(wanted: string, ownTopics: Readonly<Record<string, string[]>> = {}): Topic | undefined {
  return topicsOf(ownTopics).find((topic) => same(topic.name, wanted.trim()));
}

function unknown(what: string, asked: string, known: readonly string[]): never {
  const guess = nearest(asked, known);
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${what}: expected one of ${known.join(', ')}, got ${display(asked)}${guess === undefined ? '' : `. Did you mean ${guess}?`}. Further ones: prompt.${what === 'style' ? 'styles' : 'topics'} in config.yaml${what === 'topic' ? ', or say what to paint with subject' : ''}`,
  );
}

/** The topic of this subject, for its backgrounds; else an unnamed one. */
function topicOfSubject(subject: string, topics: readonly Topic[], family: PromptFamily): Topic {
  const known = topics.find((topic) => subjectsOf(topic, family).some((each) => same(each, subject)));
  return known ?? { name: '', subjects: [subject] };
}

class Chooser {
  readonly choices: DerivedChoice[] = [];
  readonly settings: Settings;
  readonly chance: RandomSource;

  constructor(readonly options: ChooseOptions) {
    this.settings = resolveOptions('prompt', promptSettings, options.settings ?? {});
    this.chance = options.chance ?? promptRandom(options.seed);
  }

  draw(what: DerivedChoice['what'], offered: readonly Weighted[], avoided: readonly string[] = []): number {
    const { index, how, draw } = drawWeighted(offered, this.chance, what);
    this.choices.push({
      what,
      how,
      chosen: offered[index]?.value ?? '',
      ...(draw !== undefined && { draw }),
      ...offeredOf(offered),
      ...(avoided.length > 0 && { avoided: [...avoided] }),
    });
    return index;
  }

  /** Chooses styles and modifiers, by what was learnt or by weight alone. */
  prefer(what: 'style' | 'modifier', group: string | undefined, options: readonly Style[]): Style {
    const { learn } = this.settings;
    const { family, preferences = noPreferences() } = this.options;
    const offered = options.map(({ name: value, weight: share }) => ({ value, weight: share }));
    const label = group ?? what;
    let chosen: Style | undefined;
    if (learn && offered.some(({ weight: share }) => share > 0)) {
      const sampled = sampleOption(offered, { preferences, armOf: (value) => armOf(family, label, value), chance: this.chance });
      this.choices.push({ what, ...(group !== undefined && { name: group }), ...sampled });
      chosen = options.find((option) => option.name === sampled.chosen);
    } else {
      chosen = options[this.draw(what, offered)];
      const last = this.choices.at(-1);
      if (last && group !== undefined) last.name = group;
    }
    if (!chosen) throw new ArtistError('ERR_INTERNAL', `${what}: nothing was chosen`);
    return chosen;
  }

  recent(): readonly string[] {
    return (this.options.recentSubjects ?? []).slice(0, this.settings.avoidRecent);
  }

  topic(): Topic {
    const { inspiration } = this.options;
    if (inspiration && this.options.topic === undefined) {
      this.choices.push({ what: 'topic', how: 'given', chosen: inspiration.query, of: 1 });
      return { name: inspiration.query, subjects: [] };
    }
    const all = topicsOf(this.settings.topics);
    const { topic: asked, subject, family } = this.options;
    if (asked === undefined && subject !== undefined) return topicOfSubject(subject, all, family);
    if (asked !== undefined) {
      const topic = findTopic(asked, this.settings.topics);
      if (!topic)
        unknown(
          'topic',
          asked,
          all.map((each) => each.name),
        );
      this.choices.push({ what: 'topic', how: 'given', chosen: topic.name, of: 1 });
      return topic;
    }
    const names = all.map((each) => each.name);
    const { only } = this.settings;
    const wanted = only?.map((each) => all.find((topic) => same(topic.name, each)) ?? unknown('only', each, names)) ?? all;
    const recent = this.recent();
    // Skip topics without a new subject, and that of the last work if there is another.
    const fresh = wanted.filter((topic) => subjectsOf(topic, family).some((subject) => !recent.includes(subject)));
    const [last] = recent;
    const other = fresh.filter((topic) => last === undefined || !subjectsOf(topic, family).includes(last));
    const offered = other.length > 0 ? other : fresh.length > 0 ? fresh : wanted;
    const avoided = wanted.filter((topic) => !offered.includes(topic)).map((topic) => topic.name);
    const index = this.draw(
      'topic',
      offered.map((topic) => ({ value: topic.name, weight: 1 })),
      avoided,
    );
    return offered[index] ?? wanted[0] ?? unknown('topic', '', names);
  }

  subject(topic: Topic): string {
    const { inspiration, subject } = this.options;
    const given = subject ?? inspiration?.subject;
    if (given !== undefined) {
      this.choices.push({ what: 'subject', how: 'given', chosen: given, of: 1 });
      return given;
    }
    const subjects = subjectsOf(topic, this.options.family);
    const recent = this.recent();
    const fresh = subjects.filter((subject) => !recent.includes(subject));
    if (fresh.length > 0) {
      const avoided = subjects.filter((subject) => recent.includes(subject));
      const offered = fresh.map((value) => ({ value, weight: 1 }));
      return fresh[this.draw('subject', offered, avoided)] ?? '';
    }
    // If all were used recently, take the one used longest ago.
    const oldest = subjects.reduce((a, b) => (recent.indexOf(b) > recent.indexOf(a) ? b : a));
    this.choices.push({ what: 'subject', how: 'oldest', chosen: oldest, of: subjects.length });
    return oldest;
  }

  /** The style, or several with their shares, the largest first. */
  styles(): StyleShare[] {
    const { family, style: asked } = this.options;
    const all = merged(builtInStyles(family), this.settings.styles);
    if (asked === undefined) return sharesOf([{ style: this.prefer('style', undefined, all), weight: 1 }]);
    const wanted = typeof asked === 'string' ? [{ name: asked, weight: 1 }] : resolveOptions('style', weightedStyles, asked);
    return sharesOf(wanted.map(({ name: each, weight: part }) => ({ style: this.#asked(each, all), weight: part })));
  }

  #asked(asked: string, all: readonly Style[]): Style {
    const known = all.find((each) => same(each.name, asked.trim()));
    // The bundled model ignores words it was not trained on.
    if (!known && this.options.family === 'bundled')
      unknown(
        'style',
        asked,
        all.map((each) => each.name),
      );
    const style = known ?? { name: asked.trim(), weight: 1 };
    this.choices.push({ what: 'style', how: 'given', chosen: style.name, of: 1 });
    return style;
  }

  modifiers(topic: Topic, subject: string): Map<string, Style> {
    const { family } = this.options;
    const own = this.settings.modifiers;
    const built = builtInModifiers(family, backgroundsOf(topic, subject));
    const { groups } = familyRules[family];
    return new Map(
      groups.map((group) => [
        group,
        this.prefer(
          'modifier',
          group,
          merged<Modifier>(
            built.filter((each) => each.group === group),
            own.filter((each) => each.group === group),
          ),
        ),
      ]),
    );
  }

  template(): string {
    const own = this.settings.templates.map((each) =>
      typeof each === 'string' ? { value: each, weight: 1 } : { value: each.text, weight: each.weight },
    );
    const offered = own.length > 0 ? own : familyRules[this.options.family].templates;
    return offered[this.draw('template', offered)]?.value ?? '';
  }
}

/** The styles for the derivation: the main one, and if there are several, each with its share. */
function styleFields(styles: readonly StyleShare[]): Pick<Derivation, 'style' | 'styles' | 'loras'> {
  const loras = lorasOfStyles(styles);
  return {
    ...(styles[0] && { style: styles[0].style.name }),
    ...(styles.length > 1 && { styles: styles.map(({ style, share }) => ({ name: style.name, share })) }),
    ...(loras.length > 0 && { loras }),
  };
}

/** An own entry with a known name replaces that one in place; others are appended. Fields it leaves out keep their values. */
function merged<T extends Style>(built: readonly T[], own: readonly T[]): T[] {
  const replaced = built.map((each) => {
    const mine = own.findLast((one) => same(one.name, each.name));
    return mine ? { ...each, ...mine, phrase: mine.phrase ?? each.phrase } : each;
  });
  return [...replaced, ...own.filter((one) => !built.some((each) => same(one.name, each.name)))];
}

/** Cleans up "a , b" and "of a", which templates leave when a part is empty. */
function tidy(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/ ([,.])/g, '$1')
    .replace(/[,.](?=[,.])/g, '')
    .replace(/^[\s,.]+|[\s,]+$/g, '')
    .replace(/^A (?=[aeiou])/i, (article) => (article.startsWith('A') ? 'An ' : 'an '));
}

/** Appends `on a blue background` directly, and `white background` after a comma. */
const backgroundPart = (phrase: string): string => (/^\w+ background$/.test(phrase) ? `, ${phrase}` : phrase);

/** Drops parts from the end until the text encoder can read the whole prompt; the first part stays. */
function shorten(prompt: string, family: PromptFamily): { prompt: string; dropped: string[] } {
  const { maxTokens, separator } = familyRules[family];
  const parts = prompt.split(separator);
  const dropped: string[] = [];
  while (parts.length > 1 && estimateTokens(parts.join(separator)) > maxTokens) dropped.unshift(parts.pop() ?? '');
  return { prompt: parts.join(separator), dropped };
}

/**
 * Chooses topic, subject, style, modifiers and template, and records how. A pure function: earlier works are passed in.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: an unknown topic or style, with the nearest one; an invalid template
 */
export const choosePrompt = answering('choosePrompt', (options: ChooseOptions): ChosenPrompt => {
  const { family, seed, lists } = options;
  const chooser = new Chooser(options);
  const topic = chooser.topic();
  const subject = chooser.subject(topic);
  const styles = chooser.styles();
  const modifiers = chooser.modifiers(topic, subject);
  const template = chooser.template();
  const phrases = Object.fromEntries(
    [...modifiers].map(([group, { name: word, phrase }]) => [group, group === 'background' ? backgroundPart(word) : (phrase ?? word)]),
  );
  const subjectText = expandTemplate(subject, { chance: chooser.chance, ...(lists && { lists }), name: 'subject' });
  const expanded = expandTemplate(template, {
    chance: chooser.chance,
    ...(lists && { lists }),
    values: { family, topic: topic.name, subject: subjectText.text, style: mixedPhrase(styles, family), ...phrases },
    name: 'template',
  });
  const { prompt, dropped } = shorten(tidy(expanded.text), family);
  const { negative } = familyRules[family];
  const negativePrompt =
    negative === undefined ? undefined : [negative, ...(styles.length === 1 ? [styles[0]?.style.negative] : [])].filter(Boolean).join(', ');
  return {
    prompt,
    negativePrompt,
    loras: lorasOfStyles(styles),
    derivation: {
      schema: 1,
      source: 'chosen',
      seed,
      family,
      prompt,
      ...(negativePrompt !== undefined && { negativePrompt }),
      template,
      ...(topic.name !== '' && { topic: topic.name }),
      subject,
      ...(subjectText.text !== subject && { subjectText: subjectText.text }),
      ...(options.inspiration && { inspiration: { ...options.inspiration.from, licence: { ...options.inspiration.from.licence } } }),
      ...styleFields(styles),
      modifiers: Object.fromEntries([...modifiers].map(([group, { name: word }]) => [group, word])),
      choices: [...chooser.choices, ...subjectText.choices, ...expanded.choices],
      ...(dropped.length > 0 && { dropped }),
    },
  };
});

export interface ExpandPromptOptions extends Pick<ChooseOptions, 'family' | 'seed' | 'chance' | 'lists' | 'style' | 'settings'> {
  /** false: only adds the style and leaves the text unchanged. Default true. */
  expand?: boolean;
}

/**
 * Expands the alternatives and word lists of a given prompt and appends the style. Returns undefined if nothing changes.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const expandPrompt = answering(
  'expandPrompt',
  (text: string, options: ExpandPromptOptions): Omit<ChosenPrompt, 'negativePrompt'> | undefined => {
    const { family, seed, lists, expand = true } = options;
    const chooser = new Chooser(options);
    const styles = options.style === undefined ? [] : chooser.styles();
    const mixed = mixedPhrase(styles, family);
    const expanded = expand
      ? expandTemplate(text, { chance: chooser.chance, ...(lists && { lists }), values: { family, ...(mixed !== '' && { style: mixed }) } })
      : { text, choices: [] };
    const prompt = [expanded.text, mixed].filter((part) => part.trim() !== '').join(', ') || expanded.text;
    if (prompt === text) return undefined;
    return {
      prompt,
      loras: lorasOfStyles(styles),
      derivation: {
        schema: 1,
        source: 'expanded',
        seed,
        family,
        prompt,
        template: text,
        ...styleFields(styles),
        choices: [...chooser.choices, ...expanded.choices],
      },
    };
  },
);
