import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { createArtist, newOrder, paintOrder } from '../../lib/artist/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { derivationSchema } from '../../lib/prompt/index.ts';
import { suite } from '../harness.ts';
import { openMuseums } from '../prompt/museums.ts';
import { type CliResult, cliSeries, jsonOf, scratch } from './support.ts';

let count = 0;
function homeWith(yaml?: string, lists: Record<string, string> = {}): string {
  const home = path.join(scratch, `prompt 🎲 ${++count}`);
  mkdirSync(path.join(home, 'wildcards', 'sky'), { recursive: true });
  if (yaml !== undefined) writeFileSync(path.join(home, 'config.yaml'), yaml);
  for (const [name, text] of Object.entries(lists)) writeFileSync(path.join(home, 'wildcards', `${name}.txt`), text);
  return home;
}

const quick = ['--steps', '1', '--width', '64', '--height', '64', '--no-upscale', '--json'];

/** The derivation in the record of the work. */
function derivationOf(result: CliResult | undefined): ReturnType<typeof derivationSchema.parse> {
  assert.is(result?.code, 0, result?.stderr);
  const { derivation } = JSON.parse(readFileSync(String(jsonOf(result as CliResult)['sidecar']), 'utf8'));
  return derivationSchema.parse(derivation);
}

suite('bin prompt', { timeoutMs: 180_000 }, (test) => {
  test('create chooses, records why, does not repeat itself, and learns from ratings however they were given', async () => {
    const home = homeWith('prompt: {only: [forest scene], avoidRecent: 3}\n');
    const works = await cliSeries(Array.from({ length: 3 }, () => ['create', ...quick, '--home', home]));
    const first = works.map(derivationOf);
    assert.is(new Set(first.map(({ subject }) => subject)).size, 3);
    assert.ok(first.every(({ topic, choices }) => topic === 'forest scene' && choices.some(({ how }) => how === 'sampled')));
    const gallery = new Gallery({ home });
    for (const id of await gallery.select('')) await gallery.update(id, { rating: 5 });
    const [next] = await cliSeries([['create', ...quick, '--home', home]]);
    const { subject, choices } = derivationOf(next);
    assert.not.ok(first.some((earlier) => earlier.subject === subject));
    assert.equal(choices.find(({ what }) => what === 'subject')?.avoided?.length, 3);
    const options = choices.find(({ what }) => what === 'style')?.offered ?? [];
    const known = options.filter(({ posterior }) => posterior?.works);
    assert.equal(known.map(({ value }) => value).sort(), [...new Set(first.map(({ style }) => style ?? ''))].sort());
    assert.ok(known.every(({ posterior }) => (posterior?.mean ?? 0) > 0.6));
    const told = await cliSeries([
      ['why', 'latest', '--home', home],
      ['gallery', 'show', 'latest', '--home', home],
    ]);
    for (const { stdout } of told)
      assert.match(
        stdout,
        /The prompt was chosen:\n {2}topic: forest scene \(.*\n {2}subject: .*\n {2}style: .* \(of 7, by what was liked.*\n/,
      );
    const state = JSON.parse(readFileSync(path.join(home, 'state', 'prompt.json'), 'utf8'));
    assert.equal([state.kind, state.data.works.length, state.data.works[0].reward], ['prompt', 3, 1]);
  });

  test('--topic, --style, word lists, alternatives and their escape', async () => {
    const home = homeWith(undefined, { season: 'snow\n', 'sky/hour': '__season__ at noon\n' });
    const results = await cliSeries(
      [
        ['create', '--topic', 'Space Nebula', '--style', 'black ink drawing', '--seed', '4', ...quick],
        ['create', 'a {fox|fox} in the __season__, __sky/hour__ \\{x\\}', ...quick],
        ['create', 'a {fox|hare} in the __season__', '--no-expand', ...quick],
        ['create', 'a fox', '--style', 'retro cartoon', ...quick],
        ['create', 'a fox', '--topic', 'forest scene', ...quick],
        ['create', 'a __sesaon__', ...quick],
        ['create', 'a {fox', ...quick],
        ['create', 'a fox', '--style', 'retro cartoon:3', '--style', 'Black Ink Drawing:1', ...quick],
      ].map((line) => [...line, '--home', home]),
    );
    const prompts = results.slice(0, 4).map((result) => jsonOf(result)['prompt']);
    assert.match(String(prompts[0]), /^black ink drawing of an? /);
    assert.equal(prompts.slice(1), ['a fox in the snow, snow at noon {x}', 'a {fox|hare} in the __season__', 'a fox, retro cartoon']);
    const expanded = derivationOf(results[1]);
    assert.equal(
      expanded.choices.map(({ what, name }) => name ?? what),
      ['alternative', 'season', 'sky/hour', 'season'],
    );
    assert.is(jsonOf(results[1] as CliResult)['promptSource'], 'given');
    const errors = results.slice(4, 7).map((result) => `${result.code} ${jsonOf(result).error?.message}`);
    assert.match(errors[0] ?? '', /^2 --topic: expected to be left out with a prompt/);
    assert.match(errors[1] ?? '', /^2 prompt: .*Did you mean season\?/);
    assert.match(errors[2] ?? '', /^2 prompt: expected a } for the \{ at character 3/);
    assert.is(jsonOf(results.at(-1) as CliResult)['prompt'], 'a fox, (retro cartoon:1.5), (black ink drawing:0.5)');
  });

  test('config: own topics, styles, templates, learn and expand are used', async () => {
    const yaml = `prompt:
  topics: {garden: ["a __plant__"]}
  only: [garden]
  styles: [{name: retro cartoon, phrase: vintage cartoon, weight: 1000}]
  templates: ["{subject} / {style}"]
  learn: false
  expand: false
`;
    const home = homeWith(yaml, { plant: 'rose\n' });
    const results = await cliSeries([
      ['create', '--seed', '1', ...quick, '--home', home],
      ['create', 'a {fox|hare}', ...quick, '--home', home],
    ]);
    assert.is(jsonOf(results[0] as CliResult)['prompt'], 'a rose / vintage cartoon');
    assert.ok(derivationOf(results[0]).choices.every(({ how }) => how !== 'sampled'));
    assert.is(jsonOf(results[1] as CliResult)['prompt'], 'a {fox|hare}');
  });

  test('--inspire: a work of a museum that the bundled model can paint, with its licence in the record', async () => {
    const museums = await openMuseums();
    try {
      const address = `"${museums.address}"`;
      const home = homeWith(`prompt: {museums: {artic: ${address}, met: false, cleveland: ${address}}}\n`);
      const closed = homeWith('prompt: {museums: {artic: false, met: false, cleveland: false}}\n');
      const results = await cliSeries([
        ['create', '--inspire', 'wave', ...quick, '--home', home],
        ['create', '--inspire', 'wave', '--topic', 'forest scene', ...quick, '--home', home],
        ['create', '--inspire', 'wave', ...quick, '--home', closed],
      ]);
      const { subject, inspiration, prompt } = derivationOf(results[0]);
      assert.match(String(subject), /^(a fox|an owl)$/);
      assert.ok(prompt.includes(String(subject)));
      assert.equal([inspiration?.licence.id, inspiration?.licence['training']], ['CC0-1.0', 'allowed']);
      assert.match(jsonOf(results[1] as CliResult).error?.message ?? '', /--topic: expected to be left out with inspire/);
      assert.match(jsonOf(results[2] as CliResult).error?.message ?? '', /--inspire: expected a museum to ask/);
    } finally {
      await museums.close();
    }
  });

  test('a scheduled topic becomes one of its subjects; other words are the prompt', async () => {
    const home = homeWith('prompt: {topics: {garden: [a rose, a tulip]}}\n');
    const [added] = await cliSeries([['schedule', 'add', 'daily', '09:00', '--topic-rotation', '--home', home, '--json']]);
    const { job } = jsonOf(added as CliResult) as unknown as { job: { rotation: string[] | { of: number } } };
    assert.match(JSON.stringify(job), /garden/);
    const { signal } = new AbortController();
    await using artist = await createArtist({ home });
    const paint = (id: string, payload: unknown, rotation?: string) =>
      paintOrder({ id, attempt: 1, payload, signal, ...(rotation !== undefined && { rotation }) }, artist);
    const gallery = new Gallery({ home });
    const rotated = await paint('a', newOrder({ style: [{ name: 'flat vector art' }] }), 'garden');
    assert.match(rotated.prompt ?? '', /^flat vector art of a (rose|tulip)/);
    assert.is((await gallery.get(rotated.id ?? '')).derivation?.['topic'], 'garden');
    const topic = await paint('b', newOrder({ prompt: 'Serene Ocean' }));
    assert.is((await gallery.get(topic.id ?? '')).derivation?.['topic'], 'serene ocean');
    const words = await paint('c', newOrder({ prompt: 'a red {fox|fox}' }));
    assert.is(words.prompt, 'a red fox');
    assert.is((await gallery.get(words.id ?? '')).derivation?.['task'], 'c');
  });
});
