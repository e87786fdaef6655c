import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError, type CreateEvent, type CreateOptions, createArtist, readRecipe } from '../../lib/index.ts';
import { styleLora } from '../engine/support.ts';
import { suite } from '../harness.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist create 🖌-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let homes = 0;
const newHome = (): string => path.join(scratch, `home ${homes++}`);

/** Two steps at a small size: fast, and enough for everything but picture quality. */
const quick = { steps: 2, width: 64, height: 64, upscale: false } as const;

async function refusal(work: Promise<unknown>): Promise<ArtistError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, ArtistError);
  return error as ArtistError;
}

suite('artist create', { timeoutMs: 120_000 }, (test) => {
  test('works in sequence and in parallel: each is filed with its record, the model is loaded once', async () => {
    await using artist = await createArtist({ home: newHome() });
    const events: CreateEvent[] = [];
    const plans: string[] = [];
    const options = {
      ...quick,
      onProgress: (event: CreateEvent) => void events.push(event),
      onPlan: ({ prompt }: { prompt: string }) => void plans.push(prompt),
    };
    const first = await artist.create({ ...options, prompt: 'flat vector art of a fox in the snow', seed: 7 });
    const firstLoads = events.filter(({ type }) => type === 'load').length;
    assert.ok(firstLoads > 0);
    const rest = await Promise.all([artist.create({ ...options, candidates: 2 }), artist.create({ ...options, subject: 'an owl' })]);
    assert.is(events.filter(({ type, candidate }) => type === 'load' && candidate === undefined).length, firstLoads);
    assert.ok(events.some(({ type, candidate, of }) => type === 'sample' && candidate === 1 && of === 2));
    assert.is(first.prompt, 'flat vector art of a fox in the snow');
    assert.is(first.promptSource, 'given');
    assert.equal([first.work?.title, first.work?.altText], ['Fox in the Snow', 'A fox in the snow. Flat vector art.']);
    assert.is(rest[0].ledger.candidates.length, 2);
    assert.is(typeof rest[0].scorer, 'string');
    assert.match(rest[1].prompt, / of an owl\b/);
    assert.is(rest[1].derivation['subject'], 'an owl');
    const all = [first, ...rest];
    assert.equal(plans.sort(), all.map(({ prompt }) => prompt).sort());
    for (const { work, seed } of all) {
      assert.is((await readRecipe(work?.path ?? ''))?.recipe.seed, seed);
      assert.is((await artist.gallery.get(work?.id ?? '')).recipe?.seed, seed);
    }
  });

  test('the settings of the home count, options win, and a task is found again', async () => {
    const home = newHome();
    await using artist = await createArtist({ home, set: ['paint.steps=1', 'create.upscale=false', 'paint.width=64', 'paint.height=64'] });
    const { work, image } = await artist.create({ prompt: 'an owl', height: 128, task: 'j1-0' });
    assert.equal([image.width, image.height, work?.recipe?.steps], [64, 128, 1]);
    assert.is((await artist.filed('j1-0'))?.id, work?.id);
    assert.is(await artist.filed('j1-1'), undefined);
    const loose = await artist.create({ prompt: 'an owl', gallery: false });
    assert.is(loose.work, undefined);
    assert.is((await artist.gallery.list()).total, 1);
  });

  test('<lora:…> in a prompt applies the LoRA and is not part of prompt and title; an unknown name is a warning', async () => {
    const home = newHome();
    mkdirSync(path.join(home, 'loras'), { recursive: true });
    writeFileSync(path.join(home, 'loras', 'ink.safetensors'), styleLora(0.5));
    await using artist = await createArtist({ home });
    const { work, prompt, warnings } = await artist.create({ ...quick, prompt: 'an owl <lora:ink:0.7> <lora:inkk>', seed: 7 });
    assert.is(prompt, 'an owl');
    assert.is(work?.title, 'Owl');
    const { recipe } = await artist.gallery.get(work?.id ?? '');
    assert.is(recipe?.prompt, 'an owl');
    assert.equal(
      recipe?.loras?.map(({ name, weight }) => [name, weight]),
      [['ink.safetensors', 0.7]],
    );
    assert.match(warnings.join(), /<lora:inkk> in the prompt is not applied: .*Did you mean ink\?/);
  });

  test('invalid options are refused before anything is loaded', async () => {
    await using artist = await createArtist({ home: newHome() });
    const wrong: [Parameters<typeof artist.create>[0], RegExp][] = [
      [{ prompt: 'x', topic: 'forest scene' }, /^topic: expected to be left out with a prompt/],
      [{ prompt: 'x', subject: 'y' }, /^subject: expected to be left out with a prompt/],
      [{ inspire: 'wave', subject: 'y' }, /^subject: expected to be left out with inspire/],
      [{ score: false, clip: 'x' }, /^clip: expected to be left out with score: false/],
      [{ prompt: '' }, /^prompt: expected what to paint, got an empty text/],
      [{ prompt: ' \n' }, /^prompt: expected what to paint, got an empty text/],
      [{ candidates: 65 }, /^candidates: expected a number of at most 64, got 65/],
      [{ steps: 0 }, /^steps: expected/],
      [{ topic: 'forrest scene' }, /^topic: .*Did you mean forest scene\?/],
      [{ candidats: 4 } as object, /^candidats: .*did you mean candidates\?/],
      [{ clip: path.join(scratch, 'absent') }, /^clip: expected a file or folder/],
    ];
    for (const [options, message] of wrong) assert.match((await refusal(artist.create(options))).message, message);
    assert.match((await refusal(createArtist({ home: newHome(), keepMs: -1 }))).message, /^keepMs: /);
    assert.is((await artist.gallery.list()).total, 0);
  });

  test('cancelled by its signal, by onPlan and by dispose(): nothing is filed', async () => {
    const artist = await createArtist({ home: newHome() });
    const controller = new AbortController();
    const reason = new Error('enough');
    const cancelled = artist.create({
      prompt: 'x',
      steps: 1000,
      signal: controller.signal,
      onProgress: ({ type }) => type === 'sample' && controller.abort(reason),
    });
    assert.is(await cancelled.catch((error: unknown) => error), reason);
    const refused = new Error('not this one');
    assert.is(await artist.create({ onPlan: () => Promise.reject(refused) }).catch((error: unknown) => error), refused);
    let resolve = (): void => undefined;
    const begun = new Promise<void>((done) => {
      resolve = done;
    });
    const disposed = refusal(artist.create({ prompt: 'x', steps: 1000, onProgress: ({ type }) => type === 'sample' && resolve() }));
    await begun;
    await artist.dispose();
    assert.is((await disposed).code, 'ERR_ABORTED');
    assert.is((await refusal(artist.create())).code, 'ERR_DISPOSED');
    assert.is((await artist.gallery.list()).total, 0);
  });

  test('a work is a stream of events that ends with done, and can also be awaited', async () => {
    await using artist = await createArtist({ home: newHome() });
    const run = artist.create({ ...quick, prompt: 'an owl', candidates: 2 });
    const types: string[] = [];
    for await (const event of run) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'done') assert.is(event.result.work?.id, (await run).work.id);
    }
    assert.is(types.at(-1), 'done');
    assert.is(types.filter((type) => type === 'done').length, 1);
    assert.ok(types.includes('sample'));
    const left = artist.create({ ...quick, steps: 100, prompt: 'an owl', seed: 3 });
    for await (const { type } of left) if (type === 'sample') break;
    assert.is((await refusal(left)).code, 'ERR_ABORTED');
    const cancelled = artist.create({ ...quick, steps: 100, prompt: 'an owl' });
    cancelled.cancel();
    assert.is((await refusal(cancelled)).code, 'ERR_ABORTED');
    assert.is((await artist.gallery.list()).total, 1);
  });

  test('onImage gets the finished picture before it is filed', async () => {
    await using artist = await createArtist({ home: newHome() });
    const seen: number[] = [];
    const onImage = async ({ width }: { width: number }) => void seen.push(width, (await artist.gallery.list()).total);
    await artist.create({ ...quick, prompt: 'an owl', onImage });
    assert.equal(seen, [64, 0]);
  });

  test('a size that the model was not trained at is a warning', async () => {
    await using artist = await createArtist({ home: newHome() });
    const { warnings } = await artist.create({ ...quick, width: 256, height: 128, prompt: 'an owl' });
    assert.match(
      warnings.join(),
      /was trained at 128x128: at 256x128 its pictures fall apart\. Better: paint it without width and height, and enlarge/,
    );
    assert.equal((await artist.create({ ...quick, width: 192, height: 128, prompt: 'an owl' })).warnings, []);
  });

  test('weighted styles change the picture; LoRAs of settings and styles are applied and recorded', async () => {
    const home = newHome();
    mkdirSync(path.join(home, 'loras'), { recursive: true });
    for (const name of ['house', 'mine']) writeFileSync(path.join(home, 'loras', `${name}.safetensors`), styleLora(0.5));
    const styles = 'prompt: {styles: [{name: mine, phrase: flat vector art, lora: {path: mine, weight: 0.5}}]}';
    writeFileSync(path.join(home, 'config.yaml'), `loras: [{path: house.safetensors, weight: 0.2}]\n${styles}\n`);
    await using artist = await createArtist({ home });
    const paint = (style: CreateOptions['style'], rest: CreateOptions = {}) =>
      artist.create({ ...quick, subject: 'a fox', seed: 5, style, ...rest });
    const mixed = await paint([{ name: 'mine', weight: 3 }, { name: 'black ink drawing' }]);
    const turned = await paint(
      [
        { name: 'mine', weight: 1 },
        { name: 'black ink drawing', weight: 3 },
      ],
      { loras: ['mine'] },
    );
    assert.match(mixed.prompt, /^\(flat vector art:1\.5\), \(black ink drawing:0\.5\) of a fox/);
    const lorasOf = ({ work }: typeof mixed) => work?.recipe?.loras?.map(({ name, weight }) => [name, weight]);
    assert.equal(lorasOf(mixed), [
      ['house.safetensors', 0.2],
      ['mine.safetensors', 0.375],
    ]);
    // The same file, given by the caller and by a style: the weights add up.
    assert.equal(lorasOf(turned), [['mine.safetensors', 1.125]]);
    assert.equal(mixed.work?.derivation?.['styles'], [
      { name: 'mine', share: 0.75 },
      { name: 'black ink drawing', share: 0.25 },
    ]);
    const plain = await paint('shaded cartoon', { loras: [] });
    const other = await paint(
      [
        { name: 'shaded cartoon', weight: 1 },
        { name: 'black ink drawing', weight: 1 },
      ],
      { loras: [] },
    );
    assert.not.equal(plain.image.data, other.image.data);
    assert.is(lorasOf(plain)?.length ?? 0, 0);
  });
});
