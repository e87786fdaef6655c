import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import {
  builtInStyles,
  builtInTopics,
  type ChooseOptions,
  choosePrompt,
  derivationSchema,
  describeDerivation,
  estimateTokens,
  expandPrompt,
  familyRules,
  parseWordList,
  promptFamilies,
  promptFamilyOf,
} from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const vocabulary = JSON.parse(readFileSync(path.join(root, 'models/vocab.json'), 'utf8')) as {
  core: string[];
  styles: Record<string, { phrases: string[] }>;
  backgrounds: { scenes: Record<string, string[]>; colors: string[]; color_phrases: string[] };
  scenes: Record<string, string[]>;
  times: string[];
};
const seeds = Array.from({ length: 150 }, (_, index) => index * 7 + 1);
const chosen = (options: Partial<ChooseOptions> = {}) => choosePrompt({ family: 'tags', seed: 1, ...options });

suite('prompt choosing', (test) => {
  test('the eight topics are there, with subjects for every kind of model', () => {
    assert.equal(
      builtInTopics.map(({ name }) => name),
      [
        'nature landscape',
        'abstract art',
        'urban architecture',
        'serene ocean',
        'mountain vista',
        'forest scene',
        'space nebula',
        'sunset sky',
      ],
    );
    for (const { subjects, bundled } of builtInTopics)
      assert.ok(subjects.length >= 8 && (bundled ? [...bundled.subjects, ...bundled.scenes] : []).length >= 8);
  });

  test('the bundled model is asked for nothing it was not trained on', () => {
    const scenes = new Set(Object.values(vocabulary.backgrounds.scenes).flat());
    const styles = new Set(Object.values(vocabulary.styles).flatMap(({ phrases }) => phrases));
    const { colors } = vocabulary.backgrounds;
    const isBackground = (text: string): boolean =>
      text === '' ||
      scenes.has(text.trim()) ||
      ['white', ...colors].some((color) => text === `, ${color} background`) ||
      colors.some((color) => text === ` on a ${color} background`);
    const pictures = Object.values(vocabulary.scenes).flat();
    const isTime = (text: string): boolean => text === '' || vocabulary.times.includes(text.trim());
    const seen = new Set<string>();
    for (const seed of Array.from({ length: 600 }, (_, index) => index)) {
      const { prompt } = choosePrompt({ family: 'bundled', seed });
      const [, style = '', rest = ''] = /^(.*?) of (.*)$/.exec(prompt) ?? [];
      const thing = rest.replace(/^an? /, '');
      assert.ok(styles.has(style), prompt);
      assert.ok(
        vocabulary.core.some((concept) => thing.startsWith(concept) && isBackground(thing.slice(concept.length))) ||
          pictures.some((scene) => rest.startsWith(scene) && isTime(rest.slice(scene.length))),
        prompt,
      );
      seen.add(prompt);
    }
    assert.ok(seen.size > 300);
    assert.ok(builtInTopics.every(({ bundled }) => bundled?.subjects.every((subject) => vocabulary.core.includes(subject))));
    assert.ok(builtInTopics.every(({ bundled }) => bundled?.scenes.every((scene) => pictures.includes(scene))));
  });

  test('the same seed and memory give the same prompt and derivation, which a sidecar can hold', () => {
    for (const family of promptFamilies) {
      const first = chosen({ family, seed: 42 });
      assert.equal(chosen({ family, seed: 42 }), first);
      assert.equal(derivationSchema.parse(JSON.parse(JSON.stringify(first.derivation))), first.derivation);
      assert.ok(new Set(seeds.map((seed) => chosen({ family, seed }).prompt)).size > 100);
    }
  });

  test('the derivation says each choice, in numbers and in words', () => {
    const { derivation } = chosen({ topic: 'Forest Scene', seed: 3 });
    const kinds = derivation.choices.map(({ what, name }) => name ?? what);
    assert.equal(kinds.slice(0, 6), ['topic', 'subject', 'style', 'light', 'composition', 'template']);
    const style = derivation.choices.find(({ what }) => what === 'style');
    const best = style?.offered?.reduce((a, b) => ((b.posterior?.sampled ?? 0) > (a.posterior?.sampled ?? 0) ? b : a));
    assert.is(best?.value, derivation.style);
    assert.equal([style?.how, style?.of], ['sampled', builtInStyles('tags').length]);
    const lines = describeDerivation(derivation);
    assert.is(lines[0], 'topic: forest scene (as asked)');
    assert.match(lines[2] ?? '', /^style: .* \(of 12, by what was liked and a little chance: no work of it is known yet\)$/);
  });

  test('families: what each is told, and how long it may be', () => {
    const cases: [string | undefined, string][] = [
      ['bundled', 'bundled'],
      ['sd1', 'tags'],
      ['sdxl', 'tags'],
      ['flux', 'sentences'],
      ['z-image', 'sentences'],
      ['sd3', 'sentences'],
      [undefined, 'tags'],
    ];
    for (const [model, family] of cases) assert.is(promptFamilyOf(model), family);
    for (const seed of seeds) {
      const tags = chosen({ seed });
      const prose = chosen({ seed, family: 'sentences' });
      assert.not.match(tags.prompt, / {2}|, ,|,$|\{/);
      assert.match(prose.prompt, /^An? [a-z].*\.$/);
      assert.not.match(prose.prompt, /^A [aeio]|\.\.| {2}/);
      assert.ok(tags.negativePrompt?.startsWith('blurry'));
      assert.is(prose.negativePrompt, undefined);
    }
    const photograph = chosen({ style: 'photograph' });
    assert.match(photograph.negativePrompt ?? '', /painting, illustration$/);
  });

  test('too long: the last parts go, and the derivation names them', () => {
    const subject = Array.from({ length: 30 }, (_, index) => `tree${index}`).join(' ');
    const { prompt, derivation } = chosen({
      settings: { topics: { long: [subject] }, templates: [`{subject}, ${'red leaves, '.repeat(40)}end`] },
      topic: 'long',
    });
    assert.ok(prompt.startsWith(subject));
    assert.ok(estimateTokens(prompt) <= familyRules.tags.maxTokens);
    assert.is(derivation.dropped?.at(-1), 'end');
  });

  test('a subject does not come back within avoidRecent works; when all were used, the oldest does', () => {
    const recent: string[] = [];
    for (let work = 0; work < 200; work++) {
      const { derivation } = chosen({ family: 'bundled', seed: work, recentSubjects: recent, settings: { avoidRecent: 12 } });
      assert.not.ok(recent.slice(0, 12).includes(derivation.subject ?? ''));
      recent.unshift(derivation.subject ?? '');
    }
    const topics = { two: ['a', 'b'] };
    const again = chosen({ topic: 'two', settings: { topics }, recentSubjects: ['b', 'x', 'a', 'b'] });
    assert.is(again.derivation.subject, 'a');
    assert.is(again.derivation.choices[1]?.how, 'oldest');
    const fresh = chosen({ topic: 'two', settings: { topics }, recentSubjects: ['a'] });
    assert.is(fresh.derivation.subject, 'b');
    assert.equal(fresh.derivation.choices[1]?.avoided, ['a']);
    const repeats = seeds.map(
      (seed) => chosen({ seed, topic: 'two', settings: { topics, avoidRecent: 0 }, recentSubjects: ['a'] }).derivation.subject,
    );
    assert.ok(repeats.includes('a'));
  });

  test('own topics, styles, modifiers, templates and word lists are used', () => {
    const settings = {
      topics: { garden: ['a __plant__ in a pot'] },
      only: ['Garden'],
      styles: [...builtInStyles('tags').map(({ name }) => ({ name, weight: 0 })), { name: 'crayon', phrase: 'wax crayon' }],
      modifiers: [{ group: 'light', name: 'candlelight', weight: 1000 }],
      templates: [{ text: '{style}: {subject} {light} {family}', weight: 2 }],
    };
    const lists = new Map([['plant', parseWordList('fern')]]);
    const prompts = seeds.map((seed) => chosen({ seed, settings, lists }));
    assert.ok(prompts.every(({ prompt }) => prompt.startsWith('wax crayon: a fern in a pot')));
    assert.ok(prompts.filter(({ prompt }) => prompt === 'wax crayon: a fern in a pot candlelight tags').length > 100);
    assert.is(prompts[0]?.derivation.subject, 'a __plant__ in a pot');
  });

  test("names that are not there are refused with the nearest; a style of one's own is taken where the model may know it", () => {
    assert.throws(() => chosen({ topic: 'forrest scene' }), /topic: expected one of nature landscape, .*Did you mean forest scene\?/);
    assert.throws(() => chosen({ settings: { only: ['serene oceon'] } }), /only: .*Did you mean serene ocean\?/);
    assert.throws(() => chosen({ family: 'bundled', style: 'oil painting' }), /style: expected one of glossy 3d render/);
    assert.match(chosen({ style: 'art deco poster' }).prompt, /art deco poster/);
    assert.throws(() => chosen({ settings: { avoidRecnt: 3 } as object }), /avoidRecnt: unknown option.*avoidRecent/);
  });

  test('a given prompt: expanded, with a style, or left alone', () => {
    const given = { family: 'tags', seed: 4 } as const;
    assert.is(expandPrompt('a red fox', given), undefined);
    assert.is(expandPrompt('a {red|blue} fox', { ...given, expand: false }), undefined);
    const expanded = expandPrompt('a {red|blue} fox', given);
    assert.match(expanded?.prompt ?? '', /^a (red|blue) fox$/);
    assert.equal(expandPrompt('a {red|blue} fox', given), expanded);
    assert.is(derivationSchema.parse(expanded?.derivation).template, 'a {red|blue} fox');
    const styled = expandPrompt('a {fox}', { ...given, style: 'Watercolour', expand: false });
    assert.equal([styled?.prompt, styled?.derivation.style], ['a {fox}, watercolour painting', 'watercolour']);
  });
});
