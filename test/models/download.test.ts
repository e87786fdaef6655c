import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type PullEvent, type PullModelOptions, pullModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import { LoopbackHub } from './loopback-hub.ts';
import { Folder, rejects, safetensors } from './model-files.ts';

const model = (bytes: number): Buffer => safetensors({ 'a.weight': { shape: [bytes / 2], data: randomBytes(bytes) } });
const file = 'hf:owner/repo/sub/model.safetensors';
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

suite('pullModel from bad servers', { timeoutMs: 30_000 }, (test) => {
  let folder: Folder;
  let hub: LoopbackHub;
  let serial = 0;
  let home = '';
  let target = '';
  const environment = { token: process.env['HF_TOKEN'], endpoint: process.env['HF_ENDPOINT'] };
  test.before(async () => {
    folder = await Folder.make();
    hub = await LoopbackHub.start(model(400_000));
    delete process.env['HF_TOKEN'];
    delete process.env['HF_ENDPOINT'];
  });
  test.after(async () => {
    if (environment.token !== undefined) process.env['HF_TOKEN'] = environment.token;
    if (environment.endpoint !== undefined) process.env['HF_ENDPOINT'] = environment.endpoint;
    await hub.stop();
    await folder.remove();
  });
  test.before.each(() => {
    hub.reset();
    home = join(folder.path, `home${serial++}`);
    target = join(home, 'models', 'hf', 'owner', 'repo', 'sub', 'model.safetensors');
  });
  const pull = (options: Partial<PullModelOptions> = {}, spec = file) =>
    pullModel(spec, { home, endpoint: hub.endpoint, minSegmentBytes: 50_000, retryMs: 5, reserveBytes: 0, ...options });

  test('a server that breaks off after 30 kB each time is worn down', async () => {
    hub.misbehave = (request, response) => {
      hub.serve(request, response, 30_000);
      return true;
    };
    await pull({ attempts: 2 });
    assert.ok((await readFile(target)).equals(hub.content));
  });
  test('a server that always breaks off at once is given up, what is there is kept and used', async () => {
    hub.misbehave = (request, response, count) => {
      if (count > 2) response.destroy();
      else hub.serve(request, response);
      return true;
    };
    await rejects(pull({ attempts: 3 }), 'ERR_NETWORK', /gave up after 3 attempts.*run the same command again/);
    assert.not(await exists(target));
    const before = hub.bytesSent;
    assert.ok(before > 100_000);
    hub.misbehave = () => false;
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
    assert.ok(hub.bytesSent < hub.content.length + 10, `fetched ${hub.bytesSent} bytes in all for ${hub.content.length}`);
  });
  test('a server without ranges is read in one stream, again from the start after a break', async () => {
    hub.misbehave = (request, response, count) => {
      delete request.headers.range;
      hub.serve(request, response, count === 1 ? 50_000 : undefined);
      return true;
    };
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
  });
  test('a server that does not say a length', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(200).end(hub.content);
      return true;
    };
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
  });
  test('another version between two attempts starts again', async () => {
    hub.misbehave = (request, response, count) => {
      if (count > 2) response.destroy();
      else hub.serve(request, response);
      return true;
    };
    await rejects(pull({ attempts: 1 }), 'ERR_NETWORK', /gave up/);
    const old = hub.content;
    hub.reset(model(300_000));
    hub.etag = '"v2"';
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
    hub.reset(old);
  });
  test('another version in the middle starts again and mixes nothing', async () => {
    const old = hub.content;
    const next = model(400_000);
    hub.misbehave = (_request, _response, count) => {
      if (count === 3) {
        hub.content = next;
        hub.etag = '"v2"';
      }
      return false;
    };
    await pull({ connections: 8 });
    assert.ok((await readFile(target)).equals(next));
    assert.ok(hub.seen.some(({ ifRange }) => ifRange === '"v1"') && hub.seen.some(({ ifRange }) => ifRange === '"v2"'));
    hub.reset(old);
  });
  test('a version that changes at every request is given up', async () => {
    hub.misbehave = (_request, _response, count) => {
      hub.etag = `"v${count}"`;
      return false;
    };
    await rejects(pull(), 'ERR_DOWNLOAD', /changed 4 times/);
  });
  test('a weak ETag is not trusted to resume', async () => {
    hub.etag = 'W/"same"';
    await pull();
    assert.ok(hub.seen.every(({ ifRange }) => ifRange === undefined));
  });

  test('a length that is a lie: shorter than announced', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-length': hub.content.length + 1000 });
      response.write(hub.content, () => response.destroy());
      return true;
    };
    await rejects(pull({ attempts: 2 }), 'ERR_NETWORK', /gave up after 2 attempts/);
    assert.not(await exists(target));
  });
  test('a length that is a lie: a total beyond the end', async () => {
    hub.misbehave = (request, response) => {
      if (request.headers.range !== 'bytes=0-0') return false;
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 0-0/${hub.content.length * 2}`, 'content-length': 1 }).end('x');
      return true;
    };
    await rejects(pull(), 'ERR_DOWNLOAD', /changed 4 times/);
    assert.equal(await readdir(join(target, '..')), []);
  });
  test('a server that sends more than asked for', async () => {
    hub.misbehave = (request, response) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (!range || range[2] === '0') return false;
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes ${range[1]}-${range[2]}/${hub.content.length}` }).end(hub.content);
      return true;
    };
    await rejects(pull(), 'ERR_DOWNLOAD', /more bytes than asked for/);
  });
  test('an empty file on the server', async () => {
    const old = hub.content;
    hub.reset(Buffer.alloc(0));
    await rejects(pull(), 'ERR_DOWNLOAD', /is empty/);
    hub.reset(old);
  });
  test('a web page under the name of a model', async () => {
    const old = hub.content;
    hub.reset(Buffer.from('<!DOCTYPE html><title>Sign in</title>'));
    await rejects(pull(), 'ERR_DOWNLOAD', /no model: model\.safetensors: is a web page/);
    assert.equal(await readdir(join(target, '..')), []);
    hub.reset(old);
  });

  test('busy servers are asked again, as late as they wish', async () => {
    const started = performance.now();
    hub.misbehave = (_request, response, count) => {
      if (count > 2) return false;
      response.writeHead(count === 0 ? 503 : 429, count === 1 ? { 'retry-after': '0.2' } : {}).end();
      return true;
    };
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
    assert.ok(performance.now() - started >= 200);
  });
  test('a connection that stalls is dropped and asked again', async () => {
    hub.misbehave = (request, response, count) => {
      if (count !== 1) return false;
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes ${range?.[1]}-${range?.[2]}/${hub.content.length}` });
      response.write(hub.content.subarray(0, 10)); // and then nothing
      return true;
    };
    await pull({ stallMs: 100 });
    assert.ok((await readFile(target)).equals(hub.content));
  });
  test('a slow server only takes longer', async () => {
    hub.misbehave = async (request, response) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      const [start, end] = [Number(range?.[1]), Number(range?.[2])];
      response.writeHead(206, {
        etag: '"v1"',
        'content-range': `bytes ${start}-${end}/${hub.content.length}`,
        'content-length': end - start + 1,
      });
      for (let at = start; at <= end; at += 10_000) {
        response.write(hub.content.subarray(at, Math.min(at + 10_000, end + 1)));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      response.end();
      return true;
    };
    const events: PullEvent[] = [];
    await pull({ stallMs: 1000, onProgress: (event) => events.push(event) });
    assert.ok(events.some(({ bytesPerSecond }) => bytesPerSecond > 0));
    assert.ok((await readFile(target)).equals(hub.content));
  });
  test('no server at all', async () => {
    const gone = await LoopbackHub.start(Buffer.alloc(1));
    const { endpoint } = gone;
    await gone.stop();
    await rejects(pull({ endpoint, attempts: 2 }), 'ERR_NETWORK', /ECONNREFUSED.*gave up after 2 attempts/);
  });

  test('no room: says how much is needed and free, and fetches nothing', async () => {
    await rejects(pull({ freeBytes: async () => 1000, reserveBytes: 5000 }), 'ERR_DISK_FULL', /0\.00 GB are needed in .*0\.00 GB are free/);
    assert.is(hub.ranges.length, 0);
  });
  test('an aborted signal before the start', async () => {
    const reason = new Error('no');
    await pull({ signal: AbortSignal.abort(reason) }).then(
      () => assert.unreachable(),
      (error: unknown) => assert.is(error, reason),
    );
    assert.is(hub.seen.length, 0);
  });
  test('an abort in the middle rejects with its reason and keeps what is there', async () => {
    const control = new AbortController();
    const reason = new Error('enough');
    hub.misbehave = (request, response, count) => {
      if (count < 3) hub.serve(request, response);
      else setTimeout(() => control.abort(reason), 50); // the other ranges never answer
      return true;
    };
    await pull({ signal: control.signal }).then(
      () => assert.unreachable(),
      (error: unknown) => assert.is(error, reason),
    );
    assert.ok(await exists(`${target}.part`));
    assert.not(await exists(`${target}.part.lock`));
    hub.misbehave = () => false;
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
    assert.ok(hub.bytesSent < hub.content.length + 10);
  });
  test('two downloads of one file at a time: the second is told', async () => {
    hub.misbehave = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return false;
    };
    const first = pull();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await rejects(pull(), 'ERR_LOCKED', new RegExp(`held by process ${process.pid} .*for downloading`));
    await first;
  });

  test('after kill -9 in the middle, the next attempt goes on', async () => {
    hub.misbehave = async (request, response, count) => {
      if (count < 3) return false;
      if (count === 3) return false;
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      const [start, end] = [Number(range?.[1]), Number(range?.[2])];
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes ${start}-${end}/${hub.content.length}` });
      for (let at = start; at <= end && !response.destroyed; at += 500) {
        hub.bytesSent += Math.min(500, end + 1 - at);
        response.write(hub.content.subarray(at, Math.min(at + 500, end + 1)));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return true;
    };
    const child = startChild(home, hub.endpoint);
    while (!(await exists(`${target}.part.json`))) {
      if (child.exitCode !== null) throw new Error(`the child ended early with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    assert.ok(await exists(`${target}.part.lock`), 'the dead process left its lock');
    const before = hub.bytesSent;
    hub.misbehave = () => false;
    await pull();
    assert.ok((await readFile(target)).equals(hub.content));
    assert.ok(hub.bytesSent - before < hub.content.length / 2, `fetched ${hub.bytesSent - before} of ${hub.content.length} again`);
  });
});

function startChild(home: string, endpoint: string): ChildProcess {
  const door = new URL('../../lib/models/index.ts', import.meta.url).href;
  const program = `import { pullModel } from ${JSON.stringify(door)};
await pullModel(${JSON.stringify(file)}, ${JSON.stringify({ home, endpoint, minSegmentBytes: 50_000, reserveBytes: 0 })});`;
  return spawn(process.execPath, ['--import', typescript, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
