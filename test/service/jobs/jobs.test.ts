/** Paint jobs, painted by a worker of this process: pictures, progress, files, changes. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { type Artist, createArtist, newOrder } from '../../../lib/artist/index.ts';
import { homeOf, VirtualClock, writeFileAtomic } from '../../../lib/core/index.ts';
import { loadModel, type Model, upscale } from '../../../lib/engine/index.ts';
import { decodeImage } from '../../../lib/image/index.ts';
import { type JobEvent, type PaintJob, type PaintWorker, startPaintWorker } from '../../../lib/service/index.ts';
import { styleLora } from '../../engine/support.ts';
import { suite } from '../../harness.ts';
import { codeOf, openServer, request, type Server, until } from './support.ts';

suite('paint jobs', (test) => {
  let server: Server;
  let artist: Artist;
  let worker: PaintWorker;
  let model: Model;

  test.before(async () => {
    server = await openServer();
    await writeFileAtomic(homeOf(server.folder).lora('ink.safetensors'), styleLora(1));
    artist = await createArtist({ config: server.config, onWarning: () => undefined });
    worker = await startPaintWorker({ artist, queue: 'file' });
    model = await loadModel({ home: server.folder });
  });

  test.after(async () => {
    await worker.stop();
    await server.close();
    await artist.dispose();
    await model.dispose();
  });

  const done = async (job: Promise<PaintJob>): Promise<PaintJob> => {
    const ended = await server.jobs.wait((await job).id);
    assert.is(ended.state, 'done', JSON.stringify(ended.error));
    return ended;
  };
  const pixels = async (file: Uint8Array | string): Promise<Buffer> => Buffer.from((await decodeImage(file)).data);

  test('the pictures are those of generate() with the same options, filed once each', async () => {
    const options = { prompt: 'a fox <lora:ink:0.5>', width: 64, height: 64, steps: 2, seed: 11, batchCount: 2, loras: ['ink'] };
    const job = await done(server.jobs.submit(request(options, { title: 'Foxes', tags: ['red'] })));
    const expected = await model.generate(options);
    assert.is(job.pictures.length, 2);
    for (const [index, picture] of job.pictures.entries()) {
      const { bytes } = await server.jobs.picture(job.id, index);
      assert.ok((await pixels(bytes)).equals(Buffer.from(expected.images[index]?.data ?? [])), `picture ${index}`);
      assert.equal(picture.recipe, expected.images[index]?.recipe);
      assert.is(picture.seed, 11 + index);
      const work = await server.gallery.get(picture.work ?? '');
      assert.is(work.path, picture.path);
      assert.equal([work.title, work.tags, work.derivation?.['task']], ['Foxes', ['red'], `${job.id}.${index}`]);
    }
    assert.is(job.progress?.fraction, 1);
    assert.is(await codeOf(server.jobs.picture(job.id, 2)), 'ERR_NOT_FOUND');
  });

  test('input pictures are files of the job, and reach the picture', async () => {
    const { images } = await model.generate({ prompt: 'snow', width: 64, height: 64, steps: 1, seed: 1 });
    const [initImage, maskImage] = await Promise.all([images[0].toBuffer('webp'), images[0].toBuffer('png')]);
    const options = { steps: 2, seed: 3, denoisingStrength: 0.6 };
    const job = await done(server.jobs.submit(request(options, { pictures: { initImage, maskImage }, keep: false })));
    const files = readdirSync(homeOf(server.folder).job(job.id)).filter((name) => !name.startsWith('.'));
    assert.ok(files.includes('initImage.webp') && files.includes('maskImage.png'), files.join(' '));
    const same = await model.generate({ prompt: 'a fox', width: 64, height: 64, ...options, initImage, maskImage });
    assert.ok((await pixels((await server.jobs.picture(job.id, 0)).bytes)).equals(Buffer.from(same.images[0].data)));
  });

  test('keep: false leaves the picture in the folder of the job, and the gallery as it was', async () => {
    const before = (await server.gallery.stats()).works;
    const job = await done(server.jobs.submit(request({ seed: 4 }, { keep: false })));
    assert.is((await server.gallery.stats()).works, before);
    assert.is(job.pictures[0]?.work, null);
    assert.is(path.dirname(job.pictures[0]?.path ?? ''), homeOf(server.folder).job(job.id));
  });

  test('an upscale job enlarges its picture as upscale() does', async () => {
    const { images } = await model.generate({ prompt: 'snow', width: 64, height: 64, steps: 1, seed: 1 });
    const initImage = await images[0].toBuffer('png');
    const work = { kind: 'upscale', options: {} } as const;
    const job = await done(server.jobs.submit({ work, pictures: { initImage }, keep: false, client: 'tester', dialect: 'sdapi' }));
    const same = await upscale(initImage);
    assert.is(job.pictures[0]?.width, 256);
    assert.ok((await pixels(job.pictures[0]?.path ?? '')).equals(Buffer.from(same.data)));
  });

  test('a create job files a work with its title, and works of a schedule are listed beside', async () => {
    const options = { prompt: 'a red fox', width: 64, height: 64, steps: 1, upscale: false, candidates: 1 };
    const job = await done(server.jobs.submit({ work: { kind: 'create', options }, client: 'tester', dialect: 'api' }));
    const work = await server.gallery.get(job.pictures[0]?.work ?? '');
    assert.ok(work.title);
    assert.equal(job.work, { kind: 'create', options });
    const order = newOrder({ ...options, prompt: 'a blue fox' });
    await server.queue.add({ order: { ...order }, rotation: null, since: 0 } as never, { id: 'h0000000000.j1' });
    const scheduled = await server.jobs.wait('h0000000000.j1');
    assert.equal([scheduled.state, scheduled.work, scheduled.order], ['done', null, order]);
    assert.equal(
      (await server.jobs.list({ client: 'schedule' })).map(({ id }) => id),
      ['h0000000000.j1'],
    );
    assert.ok((await server.jobs.list()).some(({ id }) => id === 'h0000000000.j1'));
  });

  test('bad requests are refused at once with the error of the library, and leave nothing', async () => {
    const { jobs } = server;
    const before = [(await jobs.list()).length, readdirSync(homeOf(server.folder).jobs).length];
    const bomb = Buffer.from(await (await model.generate({ prompt: 'x', width: 64, height: 64, steps: 1 })).images[0].toBuffer('png'));
    bomb.writeUInt32BE(100_000, 16);
    const cases: [() => Promise<unknown>, string][] = [
      [() => jobs.submit(request({ steps: 0 })), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ prompt: ' ' })), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ width: 100 })), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ prompt: 7 as never })), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ initImage: '/etc/passwd' } as never)), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ onProgress: () => undefined } as never)), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit(request({ loras: ['absent'] })), 'ERR_MODEL_NOT_FOUND'],
      [() => jobs.submit({ ...request({}), work: { kind: 'generate', model: 'absent', options: { prompt: 'x' } } }), 'ERR_MODEL_NOT_FOUND'],
      [() => jobs.submit(request({}, { pictures: { initImage: Buffer.from('<svg/>') } })), 'ERR_IMAGE_DECODE'],
      [() => jobs.submit(request({}, { pictures: { initImage: bomb } })), 'ERR_IMAGE_DECODE'],
      [() => jobs.submit(request({}, { priority: 101 })), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit({ ...request({}), work: { kind: 'upscale', options: {} } }), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit({ ...request({}, { keep: false }), work: { kind: 'create', options: {} } }), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit({ ...request({}), work: { kind: 'create', options: { steps: 0 } } }), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.submit({ ...request({}), work: { kind: 'dance', options: {} } as never }), 'ERR_INVALID_ARGUMENT'],
      [() => jobs.get('job-absent'), 'ERR_NOT_FOUND'],
      [() => jobs.cancel('job-absent'), 'ERR_NOT_FOUND'],
      [() => jobs.wait('job-absent'), 'ERR_NOT_FOUND'],
    ];
    for (const [index, [work, code]] of cases.entries()) assert.is(await codeOf(work()), code, `case ${index}`);
    assert.equal([(await jobs.list()).length, readdirSync(homeOf(server.folder).jobs).length], before);
  });

  test('watchers see progress that grows, previews, each picture and the end; a slow one misses no picture', async () => {
    const job = await server.jobs.submit(request({ steps: 60, batchCount: 2 }, { keep: false }));
    const read = async (pauseMs: number): Promise<JobEvent[]> => {
      const events: JobEvent[] = [];
      for await (const event of server.jobs.watch(job.id, { previews: true })) {
        events.push(event);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      return events;
    };
    const [quick, slow] = await Promise.all([read(0), read(300)]);
    for (const events of [quick, slow]) {
      assert.is(events[0]?.type, 'job');
      assert.is(events.at(-1)?.job.state, 'done');
      assert.equal(
        events.flatMap((event) => (event.type === 'picture' ? [event.picture.index] : [])),
        [0, 1],
      );
      const fractions = events.map((event) => event.job.progress?.fraction ?? 0);
      assert.equal(
        fractions,
        fractions.toSorted((a, b) => a - b),
      );
      assert.is(events.filter((event) => event.type === 'job' && event.job.state === 'done').length, 1);
    }
    assert.ok(slow.length < quick.length);
    const preview = quick.find((event) => event.type === 'preview');
    assert.ok(preview?.type === 'preview' && preview.jpeg[0] === 0xff && preview.jpeg[1] === 0xd8, 'a JPEG');
    assert.ok(quick.some((event) => event.job.progress?.phase === 'sampling' && event.job.progress.step > 0));
    assert.ok(((await server.jobs.preview(job.id))?.length ?? 0) > 0);
    assert.equal((await server.jobs.watch(job.id)[Symbol.asyncIterator]().next()).value?.job.state, 'done');
  });

  test('a watcher that leaves, or whose signal aborts, leaves the job alone', async () => {
    const job = await server.jobs.submit(request({ steps: 20 }, { keep: false }));
    for await (const event of server.jobs.watch(job.id)) if (event.type === 'job') break;
    const reason = new Error('client gone');
    assert.is(await codeOf(server.jobs.wait(job.id, { signal: AbortSignal.abort(reason) })), 'Error: client gone');
    const controller = new AbortController();
    const waiting = codeOf(server.jobs.wait(job.id, { signal: controller.signal }));
    controller.abort(reason);
    assert.is(await waiting, 'Error: client gone');
    assert.is((await server.jobs.wait(job.id)).state, 'done');
  });

  test('a running job is cancelled, and painted again by retry()', async () => {
    const job = await server.jobs.submit(request({ steps: 30, batchCount: 60, seed: 5 }, { keep: false }));
    await until('the job runs', async () => (await server.jobs.get(job.id)).pictures.length > 0);
    await server.jobs.cancel(job.id);
    const ended = await server.jobs.wait(job.id);
    assert.equal([ended.state, ended.error?.code], ['cancelled', 'ERR_ABORTED']);
    assert.ok(ended.pictures.length > 0 && ended.pictures.length < 60);
    assert.is((await server.jobs.retry(job.id)).state, 'waiting');
    await server.jobs.cancel(job.id);
    assert.is((await server.jobs.wait(job.id)).state, 'cancelled');
  });

  test('folders of ended jobs are removed after their time; works in the gallery stay', async () => {
    const [kept, left] = [
      await done(server.jobs.submit(request({ seed: 8 }))),
      await done(server.jobs.submit(request({ seed: 8 }, { keep: false, reference: 'old' }))),
    ];
    const own = path.join(homeOf(server.folder).jobs, 'notes.txt');
    writeFileSync(own, 'of the user');
    const clock = new VirtualClock(Date.now() + 3 * 3_600_000);
    const later = await openServer(server.folder, { clock, resultHours: 2 });
    await later.close();
    assert.equal(readdirSync(homeOf(server.folder).jobs), ['notes.txt']);
    assert.ok(existsSync(own));
    assert.is(await codeOf(server.jobs.picture(left.id, 0)), 'ERR_NOT_FOUND');
    const { picture, bytes } = await server.jobs.picture(kept.id, 0);
    assert.is(bytes.length, kept.pictures[0]?.bytes);
    assert.equal(picture, kept.pictures[0]);
    assert.is((await server.jobs.byReference('tester', 'old'))?.id, left.id);
  });
});
