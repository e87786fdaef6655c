/** A home folder that the version before wrote (test/fixtures/home-0.1) is read, painted from, and gone on with. */
import type { ChildProcess } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { comparePixels } from '../../lib/doors/artist.ts';
import { duelsFile } from '../../lib/doors/curation.ts';
import { type Artwork, Gallery } from '../../lib/doors/gallery.ts';
import { openQueue, ScheduleStore } from '../../lib/doors/schedule.ts';
import { decodeImage, loadModel } from '../../lib/index.ts';
import { type CliJson, type CliResult, cli, cliSeries, jsonOf, scratch } from '../bin/support.ts';
import { suite } from '../harness.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const home = path.join(scratch, 'before');
const env = { AI_ARTIST_HOME: home, WRITER_KEY: 'of the writer', HUB_TOKEN: 'of the hub' };

/** The fixture's own places become those of the copy. */
function copyHome(): void {
  cpSync(path.join(root, 'test/fixtures/home-0.1/home'), home, { recursive: true });
  symlinkSync(path.join(root, 'models'), path.join(home, 'clip'), 'junction');
  const here = JSON.stringify(home).slice(1, -1);
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(json|jsonl|bak)$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('@HOME@', here));
  }
}

/** The run in whose middle the schedule was killed began an hour ago: one that is older than the job's grace is not gone on with. */
function beginAnHourAgo(): void {
  const file = path.join(home, 'state/schedule.json');
  const state = JSON.parse(readFileSync(file, 'utf8')) as { data: { jobs: { running: Record<string, unknown> | null }[] } };
  const at = Date.now() - 3_600_000;
  for (const { running } of state.data.jobs) if (running) Object.assign(running, { dueAt: at, notBefore: at, startedAt: at });
  writeFileSync(file, JSON.stringify(state));
}

/** What each command says as JSON, by its line; asking for that of one that failed fails. */
async function commands(...lines: string[][]): Promise<(line: string) => CliJson> {
  const results = await cliSeries(
    lines.map((line) => [...line, '--json']),
    { env },
  );
  const all = new Map(lines.map((line, index) => [line.join(' '), results[index]]));
  return (line) => {
    const result = all.get(line);
    if (!result) throw new Error(`${line} was not run`);
    assert.is(result.code, 0, `${line}: ${result.stdout}${result.stderr}`);
    return jsonOf(result);
  };
}

/** A command that goes on until it is stopped, which it is as soon as `done` says so. */
async function until(args: string[], done: () => Promise<boolean>): Promise<CliResult> {
  let child: ChildProcess | undefined;
  const running = cli(args, { env, onStart: (started) => (child = started) });
  const ended = running.then(() => true);
  while (!(await done())) if (await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200, false))])) break;
  child?.kill('SIGINT');
  return running;
}

/** What decides a picture, without the files and programs that painted it. */
function settings({ recipe }: Pick<Artwork, 'recipe'>): Record<string, unknown> {
  const { prompt, negativePrompt, steps, sampler, scheduler, cfgScale, width, height, loras } = recipe as Record<string, unknown>;
  const used = (loras as { name: string; weight: number }[] | undefined)?.map(({ name, weight }) => [name, weight]);
  return { prompt, negativePrompt, steps, sampler, scheduler, cfgScale, width, height, loras: used };
}

/** Of the section `paint` and of `loras`, for what a command does not say itself. */
const configured = {
  negativePrompt: 'grey, dull',
  steps: 4,
  sampler: 'heun',
  scheduler: 'karras',
  cfgScale: 4.5,
  width: 128,
  height: 64,
  loras: [['ink.safetensors', 0.3]],
};

/** Every value in it that is neither object nor list, as text and in order. */
function leaves(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
}

function tensorsOf(file: string): { header: Record<string, unknown>; values: Float32Array } {
  const bytes = readFileSync(file);
  const size = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(bytes.toString('utf8', 8, 8 + size)) as Record<string, unknown>;
  return { header, values: new Float32Array(new Uint8Array(bytes.subarray(8 + size)).buffer) };
}

suite('home of the version before', { timeoutMs: 240_000 }, (test) => {
  let gallery: Gallery;
  let schedule: ScheduleStore;
  /** What a command says that changes nothing. */
  let said: (line: string) => CliJson;
  const found = async (query: string): Promise<Artwork> => {
    const { works } = await gallery.list({ query });
    assert.is(works.length, 1, `${query}: ${works.map(({ title }) => title)}`);
    return works[0] as Artwork;
  };
  test.before(async () => {
    copyHome();
    beginAnHourAgo();
    gallery = new Gallery({ home });
    schedule = new ScheduleStore(home);
    said = await commands(
      ['config', 'show'],
      ['config', 'check'],
      ['gallery', 'list', '--trashed'],
      ['gallery', 'verify'],
      ['gallery', 'search', '@best'],
      ['gallery', 'search', '--like', 'a red fox in the snow', '--limit', '1'],
      ['why', (await found('rating:5')).id],
      ['taste', 'show'],
      ['period', 'show'],
      ['proposal', 'list'],
      ['lora', 'list'],
      ['train', 'list'],
      ['schedule', 'list'],
      ['schedule', 'history'],
    );
  });

  test('settings', async () => {
    assert.ok(said('config check'));
    const shown = said('config show')['values'] as { key: string; value: unknown; from: string }[];
    const values = Object.fromEntries(shown.filter(({ from }) => from === 'file').map(({ key, value }) => [key, value]));
    // Keys that were renamed show their new names.
    const { 'paint.cfgScale': cfgScale, ...rest } = values;
    assert.is(cfgScale, 4.5);
    assert.equal(rest, {
      loras: [{ path: 'ink.safetensors', weight: 0.3 }],
      'paint.width': 128,
      'paint.height': 64,
      'paint.steps': 4,
      'paint.sampler': 'heun',
      'paint.scheduler': 'karras',
      'paint.negativePrompt': 'grey, dull',
      'create.candidates': 1,
      'create.upscale': false,
      'create.score': false,
      'create.domainCheck': false,
      'prompt.topics': { harbour: ['a sailing boat', 'a lighthouse'] },
      'prompt.only': ['mountain vista', 'harbour'],
      'prompt.styles': [
        { name: 'pixel art', weight: 0 },
        { name: 'flag', phrase: 'ink sticker', weight: 2, lora: { path: 'ink', weight: 0.5 } },
      ],
      'prompt.modifiers': [{ group: 'light', name: 'golden', phrase: 'golden hour light', weight: 1 }],
      'prompt.avoidRecent': 5,
      'prompt.museums.met': false,
      'llm.model': 'small-writer',
      'llm.apiKey': { env: 'WRITER_KEY' },
      'llm.timeoutSeconds': 12,
      'llm.temperature': 0.4,
      'curation.weights.promptAlign': 2,
      'curation.weights.novelty': 0.5,
      'curation.secondsPerPoint': 20,
      'gallery.folder': 'gallery',
      'models.token': { env: 'HUB_TOKEN' },
      'models.connections': 2,
      'queue.name': 'atelier',
      'metrics.host': '127.0.0.2',
      'log.files': false,
      'log.keepDays': 7,
    });
  });

  test('gallery: every work, its facts, and what finds it', async () => {
    const { works } = await gallery.list();
    assert.equal(
      works.map(({ title, rating }) => [title, rating]),
      [
        ['Bear', undefined],
        ['Tulip', undefined],
        ['Canoe', 4],
        ['Sailing Boat', 4],
        ['Snowman in the Snow', 4],
        ['Owl in Autumn', 2],
        ['Red Fox in the Snow', 5],
        [undefined, undefined],
      ],
    );
    const fox = await found('rating:5');
    assert.equal([fox.title, fox.star, fox.tags, fox.altText], ['Red Fox in the Snow', true, ['animal', 'snow'], 'A red fox in the snow.']);
    assert.equal([fox.recipe?.seed, fox.candidates?.count], [7, 2]);
    const lora = [['ink.safetensors', 0.8]];
    assert.equal(settings(fox), { ...configured, prompt: 'a red fox in the snow', steps: 3, width: 64, loras: lora });
    const owl = await found('collection:"night birds"');
    assert.equal([owl.recipe?.prompt, owl.image.width, owl.recipe?.upscaler?.factor], ['flat vector art of an owl in autumn', 256, 4]);
    const lighthouse = await found('tag:imported cfg:4 negative:blurry sampler:euler_a lora:ink date:2024');
    assert.equal(
      [lighthouse.licence?.id, lighthouse.imported?.from, lighthouse.recipe?.hires?.steps, lighthouse.recipe?.clipSkip],
      ['CC-BY-4.0', 'lighthouse.png', 2, 1],
    );
    const ids = (line: string): string[] => (said(line)['works'] as { id: string }[]).map(({ id }) => id);
    assert.equal(ids('gallery search @best'), [fox.id]);
    assert.equal(ids('gallery search --like a red fox in the snow --limit 1').length, 1);
    assert.equal(await Promise.all(ids('gallery list --trashed').map(async (id) => (await gallery.get(id)).recipe?.seed)), [10]);
    const { works: verified, findings } = said('gallery verify');
    assert.equal([verified, findings], [9, []]);
    const { ledger } = said(`why ${fox.id}`) as unknown as { ledger: { curation: string; candidates: { verdict: string }[] } };
    assert.equal([ledger.curation, ledger.candidates.map(({ verdict }) => verdict)], ['clip', ['kept', 'runner-up']]);
  });

  test('works are painted again from their recipes', async () => {
    const works = await Promise.all(['rating:5', 'tag:imported', 'collection:"night birds"'].map(found));
    const again = await commands(...works.map(({ id }) => ['reproduce', id]));
    for (const { id } of works) {
      const { verdict, differences, psnr } = again(`reproduce ${id}`);
      assert.ok(verdict === 'bit-exact' || verdict === 'close', `${id}: ${verdict}, ${psnr} dB, ${JSON.stringify(differences)}`);
    }
  });

  test('what the artist remembers: taste, duels, period, series, proposals', async () => {
    const { kind, n } = said('taste show');
    assert.equal([kind, n], ['ratings', 2]);
    assert.equal((await duelsFile(home).read()).duels.length, 1);
    const { name, state, topics, hypothesis } = said('period show')['period'] as Record<string, unknown>;
    assert.equal([name, state, topics], ['white winter', 'current', ['mountain vista']]);
    assert.equal(hypothesis, { text: 'Snow holds together', claim: { measure: 'novelty', is: 'above', value: 0.1 } });
    const [proposal] = said('proposal list')['proposals'] as { id: string; state: string; works: string[] }[];
    assert.equal([proposal?.id, proposal?.state, proposal?.works.length], ['l1', 'rejected', 3]);
    const paint = ['series', 'paint', 'boats', '--width', '64', '--steps', '2'];
    const { missing, works } = (await commands(paint))(paint.join(' '));
    assert.equal([missing, (works as { seed: number }[]).map(({ seed }) => seed)], [0, [21]]);
    const boat = await found('prompt:boat -rating:4');
    assert.equal(settings(boat), {
      ...configured,
      prompt: 'black ink drawing of a sailing boat on a yellow background',
      width: 64,
      steps: 2,
    });
  });

  test('LoRA: it is listed, and it changes the picture', async () => {
    const loras = said('lora list')['loras'] as Record<string, unknown>[];
    assert.equal(
      loras.map(({ name, kind, ranks, triggers, licence }) => [name, kind, ranks, triggers, licence]),
      [['ink', 'lora', [2], ['inkflag'], 'own']],
    );
    const model = await loadModel({ home });
    try {
      const paint = async (weight: number) => {
        const common = { prompt: 'a flag', width: 64, height: 64, steps: 2, seed: 5 };
        const { images } = await model.generate({ ...common, loras: weight === 0 ? [] : [{ path: 'ink', weight }] });
        return decodeImage(images[0] as NonNullable<(typeof images)[0]>);
      };
      const difference = comparePixels(await paint(0), await paint(1));
      assert.ok(difference && difference.differing > 0.1, JSON.stringify(difference));
    } finally {
      await model.dispose();
    }
  });

  test('a training that was stopped goes on, and comes to the LoRA of the one that was not', async () => {
    const [run] = said('train list')['runs'] as Record<string, unknown>[];
    assert.equal([run?.['lora'], run?.['step'], run?.['steps'], run?.['finished']], ['flag', 3, 6, false]);
    const { steps, parameters } = (await commands(['train', 'resume', 'flag']))('train resume flag');
    assert.equal([steps, parameters], [6, 9216]);
    const loraOf = (name: string) => tensorsOf(path.join(home, 'loras', `${name}.safetensors`));
    const [whole, again] = [loraOf('ink'), loraOf('flag')];
    assert.equal(again.header, whole.header);
    // Equal on one kind of CPU, close on another.
    const length = (values: Float32Array): number => Math.hypot(...values);
    const apart = length(whole.values.map((value, index) => value - (again.values[index] ?? Number.NaN)));
    assert.ok(apart < 0.01 * length(whole.values), `apart by ${apart}`);
  });

  test('schedule: every job with its options', async () => {
    const jobs = said('schedule list')['jobs'] as Record<string, unknown>[];
    assert.equal(
      jobs.map(({ id, name, when, timeZone, count, paused, misfire }) => [id, name, when, timeZone, count, paused, misfire]),
      [
        ['j1', 'morning', 'daily 09:00', 'Europe/Berlin', 1, false, 'once'],
        ['j2', 'judged', 'every 40d', 'UTC', 1, false, 'skip'],
        ['j3', 'plain', 'cron "0 9 1 1 *"', 'UTC', 1, false, 'skip'],
        ['j4', 'pair', 'daily 05:10', 'UTC', 2, false, 'skip'],
        ['j5', 'queued', 'every 30d', 'UTC', 2, false, 'skip'],
        ['j6', 'new century', 'once 2099-01-01T00:00', 'America/New_York', 1, false, 'once'],
        ['j7', 'mixed', 'weekly mon,thu 18:30', 'UTC', 1, true, 'skip'],
      ],
    );
    const [morning, , , , queued] = jobs;
    assert.equal(
      [morning?.['graceSeconds'], morning?.['attempts'], morning?.['backoffSeconds'], morning?.['retriesPerDay']],
      [172_800, 2, 5, 4],
    );
    assert.equal([queued?.['jitterSeconds'], queued?.['quietHours']], [600, { from: '22:00', to: '07:00' }]);
    const file = (name: string): string => path.join(home, name);
    const orders = [
      [
        'an {owl|fox}',
        '2',
        file('taste.json'),
        'true',
        '64',
        '64',
        '3',
        'dpm++2m',
        '3.5',
        file('loras/ink.safetensors'),
        '0.7',
        'false',
        'false',
      ],
      ['a lighthouse', '2', file('clip'), 'a lighthouse', '64', '64', '2', 'false'],
      ['a tulip', 'false', '64', '64', '2', 'ai-artist-mini', 'black ink drawing', 'false'],
      ['a whale', 'auto', '64', '64', '2', 'euler_a', '6', 'ink', '0.4', 'false'],
      ['a penguin', '64', '64', '2', '1.5', 'ink', 'false'],
      ['lost', '0.5'],
      ['flat vector art', '2', 'retro cartoon', 'true', 'true', '64', '64', '2'],
    ];
    for (const [index, order] of orders.entries()) {
      const kept = leaves(jobs[index]?.['payload']);
      for (const value of new Set(order)) {
        const count = (values: string[]): number => values.filter((one) => one === value).length;
        assert.ok(count(kept) >= count(order), `${jobs[index]?.['name']} has lost ${value}: ${kept}`);
      }
    }
    assert.equal([jobs[6]?.['rotation'], jobs[5]?.['rotationAt']], [['forest scene', 'sunset sky'], 1]);
    assert.equal(
      (said('schedule history')['runs'] as Record<string, unknown>[]).map(({ jobId, outcome, code }) => [jobId, outcome, code]),
      [
        ['j6', 'failed', 'ERR_MODEL_NOT_FOUND'],
        ['j3', 'done', null],
      ],
    );
  });

  test('tasks in the queue, one of them of a worker that was killed, are painted', async () => {
    const queue = await openQueue({ driver: 'file', home });
    const states = async (): Promise<string[]> => (await queue.list()).map(({ state }) => state);
    assert.equal((await states()).sort(), ['running', 'waiting']);
    const ended = async (): Promise<boolean> => (await states()).every((state) => state === 'done' || state === 'failed');
    const worker = await until(['worker', '--lease', '1s', '--json'], ended);
    assert.equal([worker.code, jsonOf(worker)['works']], [0, { done: 2, failed: 0, cancelled: 0, lost: 0 }], worker.stderr);
    await queue.close();
    const { works } = await gallery.list({ query: 'prompt:penguin' });
    const wanted = { ...configured, prompt: 'a penguin', steps: 2, width: 64, cfgScale: 1.5, loras: [['ink.safetensors', 1]] };
    assert.equal(works.map(settings), [wanted, wanted]);
  });

  test('the schedule does what is due, what was asked for, and the rest of a run that was killed', async () => {
    const runs = async (job: string) => (await schedule.history({ id: job })).filter(({ outcome }) => outcome !== 'missed');
    // j3 had run once before.
    const wanted = { j1: 1, j3: 2, j4: 1, j5: 1 };
    const ended = async (): Promise<boolean> => {
      for (const [job, count] of Object.entries(wanted)) if ((await runs(job)).length < count) return false;
      return true;
    };
    const daemon = await until(['schedule', 'start', '--json'], ended);
    assert.is(daemon.code, 0, daemon.stderr);
    const painted = async (job: string): Promise<[string, number, Record<string, unknown>[]]> => {
      const [run] = await runs(job);
      const results = (run?.results ?? []) as { id: string }[];
      const works = await Promise.all(results.map(({ id }) => gallery.get(id)));
      return [run?.outcome ?? 'none', works.length, works.map(settings)];
    };
    const small = { ...configured, steps: 2, width: 64 };
    const morning = { ...small, prompt: 'an {owl|fox}', steps: 3, sampler: 'dpm++2m', cfgScale: 3.5, loras: [['ink.safetensors', 0.7]] };
    assert.equal(await painted('j1'), ['done', 1, [morning]]);
    const plain = { scheduler: 'discrete', cfgScale: 5, sampler: 'euler', negativePrompt: undefined, loras: undefined };
    assert.equal(await painted('j3'), ['done', 1, [{ ...small, ...plain, prompt: 'a tulip, black ink drawing' }]]);
    // As it began, though the job was changed after that.
    const bear = { ...small, prompt: 'a bear', sampler: 'euler_a', cfgScale: 2.5 };
    assert.equal(await painted('j4'), ['done', 2, [bear, bear]]);
    // Painted by the worker already.
    assert.equal((await painted('j5')).slice(0, 2), ['done', 2]);
    assert.is((await gallery.list({ query: 'prompt:penguin' })).works.length, 2);
  });

  test('jobs are run at once: with the options they were changed to, with CLIP, styles and topics in turn', async () => {
    const ran = await commands(['schedule', 'run-now', 'pair'], ['schedule', 'run-now', 'judged'], ['schedule', 'run-now', 'mixed']);
    const worksOf = (job: string): Promise<Artwork[]> => {
      const { results } = ran(`schedule run-now ${job}`)['run'] as { results: { id: string }[] };
      return Promise.all(results.map(({ id }) => gallery.get(id)));
    };
    const whale = {
      ...configured,
      prompt: 'a whale',
      steps: 2,
      sampler: 'euler_a',
      cfgScale: 6,
      width: 64,
      loras: [['ink.safetensors', 0.4]],
    };
    assert.equal((await worksOf('pair')).map(settings), [whale, whale]);
    const [lighthouse] = await worksOf('judged');
    assert.equal(lighthouse && settings(lighthouse), { ...configured, prompt: 'a lighthouse', steps: 2, width: 64 });
    // Settings say that CLIP does not choose; the job names one.
    const ledger = lighthouse?.curation as { curation: string; candidates: unknown[] } | undefined;
    assert.equal([ledger?.curation, ledger?.candidates.length], ['clip', 2]);
    const [forest] = await worksOf('mixed');
    assert.match(forest?.recipe?.prompt ?? '', /^\(flat vector art:1\.33\), \(retro cartoon:0\.67\) of /);
    assert.equal([forest?.image.width, forest?.recipe?.steps, forest?.derivation?.['topic']], [256, 2, 'forest scene']);
  });
});
