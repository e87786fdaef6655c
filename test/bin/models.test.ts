import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.ts';
import { type CliResult, cli, cliOnTerminal, cliSeries, jsonOf, scratch } from './support.ts';

/** The smallest safetensors file: one tensor of four bytes. */
function tinyModel(): Buffer {
  const header = Buffer.from(
    JSON.stringify({ __metadata__: { title: 'tiny' }, 'x.weight': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}

const bytes = tinyModel();

/** A mirror: /busy/… answers that it is busy, /slow/… sends half the announced bytes and then nothing, other names with "tiny" are the model, the rest is absent. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? '';
  if (url.includes('/busy/')) {
    response.writeHead(503).end();
    return;
  }
  if (!url.includes('tiny')) {
    response.writeHead(404).end('no such file');
    return;
  }
  const [, from = '0', to = String(bytes.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = bytes.subarray(Number(from), Number(to) + 1);
  response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}`, 'content-length': part.length, etag: '"one"' });
  if (url.includes('/slow/') && part.length > 1) response.write(part.subarray(0, part.length / 2));
  else response.end(part);
}

suite('bin models', (test) => {
  const home = path.join(scratch, 'models-home');
  const withHome = (...args: string[]) => [...args, '--home', home];
  let server: Server;
  let address = '';
  test.before(async () => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });

  test('list shows the bundled model and every alias with its licence', async () => {
    const result = await cli(withHome('models', 'list', '--json'));
    assert.is(result.code, 0, result.stderr);
    const { models } = jsonOf(result) as unknown as {
      models: { name: string; status: string; bytes?: number; memoryBytes?: number; licence?: { name: string } }[];
      memoryBytes: number;
    };
    assert.is(models[0]?.name, 'ai-artist-mini');
    assert.is(models[0]?.status, 'bundled');
    assert.ok((models[0]?.bytes ?? 0) < 40e6);
    assert.ok(models.length > 10);
    for (const model of models.slice(1)) assert.is(model.status, 'available');
    for (const model of models) assert.ok(model.licence?.name, model.name);
    for (const { name, bytes, memoryBytes } of models.slice(1)) assert.ok((bytes ?? 0) > 1e9 && (memoryBytes ?? 0) > (bytes ?? 0), name);
    const size = (wanted: string): number | undefined => models.find(({ name }) => name === wanted)?.bytes;
    assert.equal([size('sd15'), size('flux-dev')], [4.27e9, 12.28e9]);
  });

  test('list shows the size and memory of available models, and the memory of this machine', async () => {
    const result = await cli(withHome('models', 'list'));
    assert.match(
      result.stdout,
      /^sd15 +available +~4\.3 GB +Stable Diffusion 1\.5; needs ~6 GB of memory(?:, more than there is)?; CreativeML/m,
    );
    assert.match(result.stderr, /This machine has \d+\.\d [GT]B of memory/);
  });

  test('list has the seconds of a picture on this machine, which it measures once; --no-times leaves that out', async () => {
    const own = path.join(scratch, 'times-home');
    const file = path.join(own, 'state/speed.json');
    const without = await cli(['models', 'list', '--no-times', '--home', own]);
    assert.is(without.code, 0, without.stderr);
    assert.not.match(without.stdout, / a picture/);
    assert.not.ok(existsSync(file));
    const first = await cli(['models', 'list', '--home', own]);
    assert.match(first.stderr, /measuring how fast this machine is, once/);
    assert.match(first.stderr, /TFLOP\/s \(measured \d{4}-\d\d-\d\d\)/);
    assert.match(first.stdout, /^ai-artist-mini .*; [\d.]+ (?:s|min) a picture$/m);
    assert.match(first.stdout, /^sd15 .*; ~[\d.]+ (?:s|min|h) a picture$/m);
    assert.ok(existsSync(file));
    const again = await cli(['models', 'list', '--json', '--home', own]);
    assert.not.match(again.stderr, /measuring/);
    const { models } = jsonOf(again) as unknown as { models: { name: string; seconds: number; secondsFrom: string }[] };
    assert.equal(
      models.map(({ seconds, secondsFrom }) => [seconds > 0, secondsFrom]),
      models.map((_, index) => [true, index === 0 ? 'painted' : 'speed']),
    );
  });

  interface Recommended {
    limitSeconds: number;
    memoryBytes: number;
    wishes: { wish: string; first: string | null; command: string | null; models: { name: string; fits: boolean; seconds: number }[] }[];
  }
  test('recommend: a model for each wish, with the command; for one wish all of them with the reason', async () => {
    const result = await cli(withHome('models', 'recommend'));
    assert.is(result.code, 0, result.stderr);
    const rows = result.stdout.trim().split('\n');
    assert.is(rows.length, 5);
    for (const [index, wish] of ['photos', 'illustrations', 'speed', 'little memory'].entries())
      assert.match(rows[index + 1] ?? '', new RegExp(`^${wish} .*(?:ai-artist models pull [\\w-]+|nothing fits into the memory)$`));
    assert.match(result.stderr, /The order for photos and illustrations is our judgement/);

    const eight = ['models', 'recommend', '--for', 'photo', '--memory', '8', '--seconds', '1e9'];
    const [one, json] = await cliSeries([withHome(...eight), withHome(...eight, '--commercial', '--json')]);
    assert.match(one?.stdout ?? '', /^sd15 .* take this one$/m);
    assert.match(one?.stdout ?? '', /^sd-turbo .* would do, too$/m);
    assert.match(one?.stdout ?? '', /^flux-dev .* needs more memory than can be used here$/m);
    assert.match(one?.stdout ?? '', /\n\nai-artist models pull sd15\n$/);
    const { limitSeconds, memoryBytes, wishes } = JSON.parse(json?.stdout ?? '') as Recommended;
    assert.equal([limitSeconds, memoryBytes, wishes.length], [1e9, 8e9, 1]);
    assert.equal([wishes[0]?.first, wishes[0]?.command], ['sd15', 'ai-artist models pull sd15']);
    assert.equal(
      wishes[0]?.models.filter(({ fits }) => fits).map(({ name }) => name),
      ['sd15', 'sd-turbo'],
    );
    assert.not.ok(wishes[0]?.models.some(({ name }) => name === 'flux-dev'));
  });

  test('a larger model is named once, after a picture by the bundled one, on a terminal', async () => {
    const own = path.join(scratch, 'larger');
    const paint = (...more: string[]) =>
      cliOnTerminal(['generate', 'an owl', '--steps', '1', '--home', own, '--out', 'larger.png', '--force', ...more], {
        columns: 200,
        rows: 40,
      });
    const named =
      /The bundled model is small\. ([\w-]+) fits this machine \(~[\d.]+ GB to download, .* of memory.*\): ai-artist models pull \1\./;
    const piped = await cli(['generate', 'an owl', '--steps', '1', '--home', own, '--out', 'larger.png', '--force']);
    assert.not.match(piped.stderr, named);
    assert.not.match((await paint('--quiet')).stderr, named);
    assert.match((await paint()).stderr, named);
    const again = await paint();
    assert.is(again.code, 0);
    assert.not.match(again.stderr, named);
  });

  test('recommend: what is slow is said, and in German, too', async () => {
    const slow = ['models', 'recommend', '--for', 'speed', '--seconds', '0.001'];
    const english = await cli(withHome(...slow));
    assert.match(english.stderr, /nothing that fits paints in 0 s here; [\w-]+ is the quickest/);
    const german = await cli(withHome('models', 'recommend'), { env: { AI_ARTIST_LANG: 'de' } });
    assert.match(german.stdout, /^für +Modell +Download-Größe +Arbeitsspeicher +je Bild +Befehl\nFotos /);
  });

  test('pull reports each pause before another try, and stops at once if the host does not exist', async () => {
    const busy = await cli(withHome('models', 'pull', `${address}/busy/a.safetensors`, '--attempts', '2'));
    assert.is(busy.code, 1);
    assert.match(busy.stderr, /the server answered 503; try 2 of 2 in 1 s/);
    const nowhere = await cli(withHome('models', 'pull', 'hf:owner/repo/a.safetensors', '--endpoint', 'https://hub.invalid'));
    assert.is(nowhere.code, 1);
    assert.match(nowhere.stderr, /no such host, or no network/);
    assert.not.match(nowhere.stderr, /try 2 of/);
  });

  test('pull, list, path, inspect and remove a file of a mirror', async () => {
    const name = 'hf:owner/repository/tiny.safetensors';
    const pulled = await cli(withHome('models', 'pull', name, '--endpoint', address));
    assert.is(pulled.code, 0, pulled.stderr);
    const file = pulled.stdout.trim();
    assert.equal(readFileSync(file), bytes);
    assert.ok(file.startsWith(home), file);
    assert.match(pulled.stderr, /1 fetched/);

    const listed = jsonOf(await cli(withHome('models', 'list', '--json'))) as unknown as { models: { name: string; status: string }[] };
    assert.is(listed.models.find((model) => model.name === name)?.status, 'installed');
    assert.is((await cli(withHome('models', 'path', name))).stdout, `${file}\n`);
    const inspected = jsonOf(await cli(withHome('models', 'inspect', name, '--hash', '--json')));
    assert.is(inspected['tensors'], 1);
    assert.match(String(inspected['tensorHash']), /^[0-9a-f]{64}$/);

    const removed = await cli(withHome('models', 'remove', name));
    assert.is(removed.code, 0, removed.stderr);
    assert.not.ok(existsSync(file));
    const again = await cli(withHome('models', 'remove', name, '--json', '--quiet'));
    assert.is(again.code, 1);
    assert.is(jsonOf(again).error?.code, 'ERR_MODEL_NOT_FOUND');
  });

  // [arguments, exit status, code]
  const failing: [string[], number, string][] = [
    [['models', 'path', 'sd15'], 1, 'ERR_MODEL_NOT_FOUND'],
    [['models', 'path', 'no-such-model'], 1, 'ERR_MODEL_NOT_FOUND'],
    [['models', 'pull', 'sd5'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'pull', 'hf:owner/../../etc/passwd'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'pull', 'http://example.org/model.safetensors'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'pull', 'sd15', '--connections', '99'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'remove', 'ai-artist-mini'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'recommend', '--for', 'music'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'recommend', '--seconds', '0'], 2, 'ERR_INVALID_ARGUMENT'],
    [['models', 'recommend', '--memory', '-1'], 2, 'ERR_INVALID_ARGUMENT'],
  ];
  test('failures: code and exit status; --quiet is silent with --json', async () => {
    const results = await cliSeries(failing.map(([args]) => withHome(...args, '--json', '--quiet')));
    for (const [index, [args, status, code]] of failing.entries()) {
      const result = results[index] as CliResult;
      assert.is(jsonOf(result).error?.code, code, args.join(' '));
      assert.is(result.code, status, args.join(' '));
      assert.is(result.stderr, '');
    }
  });

  test('a range is reported in terms of the flag', async () => {
    const result = await cli(withHome('models', 'pull', 'sd15', '--connections', '99'));
    assert.match(result.stderr, /--connections: expected a number of at most 16, got 99/);
  });

  test('an absent file: ERR_MODEL_NOT_FOUND, exit 1', async () => {
    const result = await cli(
      withHome('models', 'pull', 'hf:owner/repository/absent.safetensors', '--endpoint', address, '--json', '--quiet'),
    );
    assert.is(jsonOf(result).error?.code, 'ERR_MODEL_NOT_FOUND');
    assert.is(result.code, 1);
  });

  test('Ctrl-C during a download: exit 130, no finished file', async () => {
    const result = await cli(withHome('models', 'pull', `${address}/slow/tiny.safetensors`, '--json'), {
      // The first request asks for one byte; the second one is the download.
      onStart: (child) => server.once('request', () => server.once('request', () => setTimeout(() => child.kill('SIGINT'), 200))),
    });
    assert.is(result.code, 130, result.stderr);
    assert.is(jsonOf(result).error?.code, 'ERR_ABORTED');
    const { models } = jsonOf(await cli(withHome('models', 'list', '--json'))) as unknown as { models: { status: string }[] };
    assert.not.ok(models.some((model) => model.status === 'installed'));
  });
});
