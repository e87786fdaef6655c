/**
 * A full disk, over HTTP. The server runs in a process of its own whose files may not grow: the kernel refuses its writes as it does on a full disk
 * (EFBIG, which counts as ENOSPC), and the limit can be lifted while it runs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, ok } from 'uvu/assert';
import { homeOf } from '../../lib/core/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import { type Scope, TokenBook } from '../../lib/server/index.ts';
import { type Program, program, sourceOf } from '../core/support.ts';
import { picture, recipe } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { newHome } from './support.ts';

const hasLimits = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

const serverOf = (home: string, paint: boolean): string => `
  import { startServer } from ${sourceOf('lib/server/index.ts')};
  const server = await startServer({ home: ${JSON.stringify(home)}, port: 0, paint: ${paint}, drainSeconds: 2 });
  console.log('serves ' + server.url);
  process.on('SIGTERM', () => server.close().then(() => process.exit(0)));`;

/** A process and the processes it has started. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => family(Number(child))))];
}

interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of four APIs
  body: any;
}

class Patient {
  readonly home: string;
  readonly works: readonly string[];
  readonly #tokens: Readonly<Record<string, string>>;
  readonly #program: Program;
  readonly #url: string;

  private constructor(home: string, works: readonly string[], tokens: Readonly<Record<string, string>>, run: Program, url: string) {
    this.home = home;
    this.works = works;
    this.#tokens = tokens;
    this.#program = run;
    this.#url = url;
  }

  static async start(paint = false): Promise<Patient> {
    const home = newHome();
    const gallery = new Gallery({ home });
    const works: string[] = [];
    for (const prompt of ['a fox', 'an owl']) works.push((await gallery.add({ image: picture(recipe(prompt)) })).id);
    await gallery.close();
    const book = new TokenBook(homeOf(home));
    const tokens: Record<string, string> = {};
    for (const scope of ['paint', 'admin'] as const) tokens[scope] = (await book.create({ name: scope, scope })).token;
    const run = program(serverOf(home, paint));
    const line = await Promise.race([run.line('serves '), run.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    return new Patient(home, works, tokens, run, line.slice('serves '.length));
  }

  fill(isFull: boolean): void {
    for (const pid of family(this.#program.child.pid as number))
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${isFull ? 0 : 'unlimited'}:unlimited`]);
  }

  async send(method: string, to: string, body?: object, scope: Scope = 'admin'): Promise<Answer> {
    const isBytes = body instanceof Uint8Array;
    const isForm = body instanceof FormData;
    const headers = {
      authorization: `Bearer ${this.#tokens[scope]}`,
      ...(body !== undefined && !isForm && { 'content-type': isBytes ? 'image/png' : 'application/json' }),
    };
    const sent = body === undefined ? {} : { body: isForm ? body : isBytes ? new Uint8Array(body) : JSON.stringify(body) };
    const answer = await fetch(`${this.#url}${to}`, { method, headers, ...sent });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString('latin1');
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, text, body: isJson && text !== '' ? JSON.parse(bytes.toString('utf8')) : undefined };
  }

  /** Every file of the home that is no cache, no log and no lock, with its content. */
  files(): string[] {
    return readdirSync(this.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .filter((file) => !/[\\/](?:\.cache|cache|logs)[\\/]|\.lock$/.test(file.slice(this.home.length)))
      .map((file) => `${path.relative(this.home, file)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`)
      .sort();
  }

  /** The files when nothing is being written any more: the last use of a token is recorded after the answer. */
  async filesAtRest(): Promise<string[]> {
    for (let last = ''; ; await new Promise((done) => setTimeout(done, 300))) {
      const files = this.files();
      if (files.join() === last) return files;
      last = files.join();
    }
  }

  async stop(): Promise<void> {
    this.fill(false);
    this.#program.child.kill('SIGTERM');
    await this.#program.ended;
  }
}

const small = { width: 64, height: 64, steps: 1 };

/** Requests that write, and the status that they have when there is room. */
const writing = ([first = '', second = '']: readonly string[], upload: Uint8Array) =>
  [
    ['POST', '/api/v1/works/import?name=b.png', upload, 201],
    ['PATCH', `/api/v1/works/${first}`, { rating: 4, title: 'x' }, 200],
    ['POST', `/api/v1/works/${second}/trash`, {}, 200],
    ['PATCH', '/api/v1/settings', { values: { 'create.candidates': 4 } }, 200],
    ['POST', '/api/v1/tokens', { name: 'late', scope: 'read' }, 201],
    ['PUT', '/api/v1/searches/foxes', { query: 'fox' }, 200],
    ['POST', '/api/v1/schedule', { when: 'daily 09:00', topics: ['animals'] }, 201],
    ['POST', '/api/v1/webhooks', { url: 'https://example.org/hook', events: ['work.filed'] }, 201],
    ['POST', '/api/v1/training/datasets', { name: 'foxes', licence: 'own' }, 201],
    ['POST', '/api/v1/queue/pause', {}, 200],
    ['POST', '/api/v1/jobs', { prompt: 'a fox', options: small }, 202],
    ['POST', '/sdcpp/v1/img_gen', { prompt: 'a fox', width: 64, height: 64 }, 202],
  ] as const;

if (hasLimits)
  suite('server: a full disk', { timeoutMs: 60_000 }, (test) => {
    let server: Patient;
    let upload: Uint8Array;
    let before: string[];
    test.before(async () => {
      upload = await picture(recipe('a badger')).toBuffer('png');
      server = await Patient.start();
      is((await server.send('POST', '/api/v1/training/datasets', { name: 'owls', licence: 'own' })).status, 201);
      before = await server.filesAtRest();
      server.fill(true);
    });
    test.after(() => server.stop());

    test('every change is refused with 507 and its code, and leaves each file as it was', async () => {
      for (const [method, to, body] of writing(server.works, upload)) {
        const answer = await server.send(method, to, body);
        is(answer.status, 507, `${method} ${to}: ${answer.text.slice(0, 500)}`);
        ok(answer.text.includes('ERR_DISK_FULL'), answer.text);
        ok(!answer.text.includes(server.home), answer.text);
        equal(server.files(), before, `${method} ${to}`);
      }
    });

    test('an upload of pictures for training keeps none of them, until there is room', async () => {
      const form = new FormData();
      for (const name of ['a.png', 'b.png']) form.set(name, new Blob([new Uint8Array(upload)]), name);
      const answer = await server.send('POST', '/api/v1/training/datasets/owls/pictures', form);
      is(answer.status, 507, answer.text);
      equal(server.files(), before);
      server.fill(false);
      is((await server.send('POST', '/api/v1/training/datasets/owls/pictures', form)).status, 201);
      before = await server.filesAtRest();
      server.fill(true);
    });

    test('the other APIs say it in their own words', async () => {
      const openai = await server.send('POST', '/v1/images/generations', { prompt: 'a fox' });
      equal([openai.status, openai.body.error.type, openai.body.error.code], [507, 'server_error', 'disk_full']);
      const sdapi = await server.send('POST', '/sdapi/v1/txt2img', { prompt: 'a fox', ...small });
      equal([sdapi.status, typeof sdapi.body.detail], [507, 'string']);
      match(sdapi.body.detail, /room on the disk/);
      equal((await server.send('GET', '/api/v1/jobs')).body.jobs, []);
      equal(server.files(), before);
    });

    test('a mass action changes no work', async () => {
      const action = { action: { action: 'change', change: { rating: 1 } }, query: '', waitSeconds: 10 };
      const { status, body } = await server.send('POST', '/api/v1/works/actions', action);
      is(status, 507, JSON.stringify(body));
      equal(server.files(), before);
    });

    test('reading goes on: works, pictures, thumbnails that must be made, archives', async () => {
      is((await server.send('GET', '/api/v1/works')).body.works.length, 2);
      const [id] = server.works;
      is((await server.send('GET', `/api/v1/works/${id}/image`)).status, 200);
      for (const width of [160, 1280]) {
        const thumbnail = await server.send('GET', `/api/v1/works/${id}/thumbnail?width=${width}`);
        is(thumbnail.status, 200, thumbnail.text.slice(0, 500));
        match(thumbnail.text, /^RIFF.{4}WEBP/s);
      }
      const archive = await server.send('GET', '/api/v1/export.zip');
      is(archive.status, 200);
      match(archive.text, /^PK/);
      ok(archive.text.includes('PK\x05\x06'), 'the archive is complete');
      is((await server.send('GET', '/healthz')).status, 200);
    });

    test('when there is room again, the same requests succeed', async () => {
      server.fill(false);
      for (const [method, to, body, status] of writing(server.works, upload)) {
        const answer = await server.send(method, to, body);
        is(answer.status, status, `${method} ${to}: ${answer.text.slice(0, 500)}`);
      }
      const { works } = (await server.send('GET', '/api/v1/works')).body;
      equal(works.length, 2);
      is(works.find(({ id }: { id: string }) => id === server.works[0]).rating, 4);
      is((await server.send('GET', '/api/v1/jobs')).body.jobs.length, 2);
    });
  });

if (hasLimits)
  suite('server: a disk that is full while it paints', { timeoutMs: 60_000 }, (test) => {
    let server: Patient;
    test.before(async () => {
      server = await Patient.start(true);
    });
    test.after(() => server.stop());

    test('the job keeps no half picture; when there is room again, it is painted', async () => {
      const { body: job } = await server.send('POST', '/api/v1/jobs', { prompt: 'a fox', options: { ...small, steps: 100 } });
      const now = async () => (await server.send('GET', `/api/v1/jobs/${job.id}`)).body;
      while (((await now()).progress?.step ?? 0) < 2) await new Promise((done) => setTimeout(done, 50));
      const pictures = (): string[] => server.files().filter((line) => line.startsWith('gallery'));
      const before = pictures();
      server.fill(true);
      await new Promise((done) => setTimeout(done, 3000));
      const stuck = await now();
      ok(stuck.state !== 'done', JSON.stringify(stuck));
      equal(pictures(), before);
      server.fill(false);
      let { state } = stuck;
      for (const until = performance.now() + 40_000; state !== 'done' && performance.now() < until; ) {
        if (state === 'failed') await server.send('POST', `/api/v1/jobs/${job.id}/retry`, {});
        await new Promise((done) => setTimeout(done, 200));
        ({ state } = await now());
      }
      is(state, 'done');
      is((await server.send('GET', '/api/v1/works')).body.works.length, 3);
    });
  });
