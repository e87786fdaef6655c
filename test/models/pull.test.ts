import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type PullEvent, type PullModelOptions, pullModel } from '../../lib/models/index.ts';
import { suite } from '../harness.ts';
import { LoopbackHub } from './loopback-hub.ts';
import { Folder, rejects, safetensors } from './model-files.ts';

const model = (bytes: number): Buffer => safetensors({ 'a.weight': { shape: [bytes / 2], data: randomBytes(bytes) } });
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const file = 'hf:owner/repo/sub/model.safetensors';

suite('pullModel', { timeoutMs: 30_000 }, (test) => {
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

  for (const [spec, message] of [
    ['', /pullModel: expected at least 1 character/],
    ['sd-trubo', /expected an alias, .*Did you mean sd-turbo\?/],
    ['http://example.com/a.safetensors', /expected an https address, got http:\/\/example\.com\/a\.safetensors.*replaced on its way/],
    ['ftp://example.com/a', /expected an https address/],
    ['https://example.com/', /expected the address of a file/],
    ['https://me:secret@example.com/a.gguf', /without user name and password/],
    ['https://example.com/%zz', /broken escape/],
    ['hf:owner/repo', /expected hf:owner\/repository\/file/],
    ['hf:owner/repo/../../../etc/passwd', /expected file and folder names/],
    ['hf:../repo/x.gguf', /expected file and folder names/],
    ['hf:owner/repo/.hidden', /expected file and folder names/],
    ['hf:owner/repo/a\\b.gguf', /expected file and folder names/],
    ['hf:owner/repo/a\0b', /expected file and folder names/],
    ['hf:owner/repo/nul.gguf', /expected file and folder names/],
    ['hf:owner/repo@../../x/file', /expected (?:a branch|hf:)|file and folder names/],
    ['https://example.com/a/%2e%2e%2f%2e%2e%2fb.gguf', /expected file and folder names/],
  ] as const)
    test(`refuses ${JSON.stringify(spec)}`, async () => {
      await rejects(pull({}, spec), 'ERR_INVALID_ARGUMENT', message);
      assert.is(hub.seen.length, 0);
    });
  for (const [options, message] of [
    [{ connections: 0 }, /connections: expected a number of at least 1, got 0/],
    [{ connections: 17 }, /connections: expected a number of at most 16, got 17/],
    [{ sha256: 'abc' }, /sha256: .*64 hexadecimal digits/],
    [{ endpoint: 'http://example.com' }, /endpoint: expected an https address/],
    [{ endpoint: 'nonsense' }, /endpoint: expected an https address, got "nonsense"/],
    [{ fetch: 7 }, /fetch: expected a fetch function/],
    [{ hoem: 'x' }, /hoem: unknown option of pullModel\(\), did you mean home\?/],
  ] as const)
    test(`refuses options ${JSON.stringify(options)}`, () => rejects(pull(options as never), 'ERR_INVALID_ARGUMENT', message));

  test('fetches in four ranges, reports progress, and does not fetch again', async () => {
    const events: PullEvent[] = [];
    const result = await pull({ onProgress: (event) => events.push(event) });
    assert.ok((await readFile(target)).equals(hub.content));
    assert.equal(result.parts, { model: target });
    assert.equal(result.files, [{ id: file, path: target, bytes: hub.content.length, sha256: sha256(hub.content), fresh: true }]);
    assert.is(hub.ranges.length, 4);
    assert.equal(await readdir(join(target, '..')), ['model.safetensors', 'model.safetensors.pull.json']);
    const downloads = events.filter(({ phase }) => phase === 'download').map(({ bytes }) => bytes);
    assert.equal(
      downloads,
      [...downloads].sort((a, b) => a - b),
    );
    assert.equal(events.at(-1)?.phase, 'verify');
    assert.equal([events[0]?.index, events[0]?.files, events[0]?.totalBytes, events[0]?.file], [1, 1, hub.content.length, file]);
    hub.reset();
    assert.is((await pull()).files[0]?.fresh, false);
    assert.is(hub.seen.length, 0);
  });
  test('verify: true finds a file that changed on disk', async () => {
    await pull();
    const damaged = Buffer.from(await readFile(target));
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    await writeFile(target, damaged);
    await rejects(pull({ verify: true }), 'ERR_CHECKSUM', /expected SHA-256 .*models remove hf:owner/);
  });
  test('the token goes to the hub and not to where it redirects; its hash is checked', async () => {
    hub.misbehave = (request, response) => {
      if (!request.url?.startsWith('/owner/')) return false;
      response.writeHead(302, { location: `${hub.storage}/blob?signature=secret`, 'x-linked-etag': `"${sha256(hub.content)}"` }).end();
      return true;
    };
    await pull({ token: 'hf_test' });
    assert.ok(hub.seen.some(({ path }) => path === '/owner/repo/resolve/main/sub/model.safetensors'));
    for (const { host, authorization } of hub.seen) assert.is(authorization, host?.startsWith('127.') ? 'Bearer hf_test' : undefined);
    assert.ok(hub.seen.some(({ host }) => host?.startsWith('localhost')));
  });
  test('HF_TOKEN and HF_ENDPOINT of the environment are used', async () => {
    process.env['HF_TOKEN'] = 'hf_environment';
    process.env['HF_ENDPOINT'] = `${hub.endpoint}/mirror/`;
    try {
      await pull({ endpoint: undefined });
    } finally {
      delete process.env['HF_TOKEN'];
      delete process.env['HF_ENDPOINT'];
    }
    assert.is(hub.seen[0]?.path, '/mirror/owner/repo/resolve/main/sub/model.safetensors');
    assert.is(hub.seen[0]?.authorization, 'Bearer hf_environment');
  });
  test('a plain address gets no token', async () => {
    const result = await pull({ token: 'hf_test' }, `${hub.storage}/some/file.safetensors?key=secret`);
    assert.ok(hub.seen.every(({ authorization }) => authorization === undefined));
    assert.is(result.name, `${hub.storage}/some/file.safetensors`);
  });
  test('a redirect to http elsewhere is refused', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(302, { location: 'http://example.com/x' }).end();
      return true;
    };
    await rejects(pull(), 'ERR_DOWNLOAD', /redirects to the unencrypted address http:\/\/example\.com\/x/);
  });
  test('an endless redirect is refused', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
      return true;
    };
    await rejects(pull(), 'ERR_DOWNLOAD', /more than 8 redirects/);
  });

  for (const [who, announce, given] of [
    ['the hub announces', '0'.repeat(64), undefined],
    ['the caller expects', undefined, 'F'.repeat(64)],
  ] as const)
    test(`another hash than ${who} deletes the download`, async () => {
      if (announce !== undefined)
        hub.misbehave = (request, response) => {
          response.setHeader('x-linked-etag', `"${announce}"`);
          hub.serve(request, response);
          return true;
        };
      await rejects(
        pull({ sha256: given }),
        'ERR_CHECKSUM',
        new RegExp(`expected SHA-256 ${(announce ?? given).toLowerCase()}, got ${sha256(hub.content)}`),
      );
      assert.equal(await readdir(join(target, '..')), []);
    });

  for (const [status, code, message] of [
    [401, 'ERR_GATED', /access denied \(401\).*accept the terms at http:\/\/127\.0\.0\.1:\d+\/owner\/repo, create a read token.*HF_TOKEN/],
    [403, 'ERR_GATED', /access denied \(403\)/],
    [404, 'ERR_MODEL_NOT_FOUND', /no such file on the server \(404\)/],
    [400, 'ERR_DOWNLOAD', /the server answered 400/],
    [500, 'ERR_DOWNLOAD', /the server answered 500; gave up after 3 attempts/],
    [429, 'ERR_DOWNLOAD', /the server answered 429; gave up/],
  ] as const)
    test(`status ${status}`, async () => {
      hub.misbehave = (_request, response) => {
        response.writeHead(status).end();
        return true;
      };
      await rejects(pull({ attempts: 3 }), code, message);
      assert.is(hub.seen.length, status === 500 || status === 429 ? 3 : 1);
    });
  test('a token that is not enough is said to be so', async () => {
    hub.misbehave = (_request, response) => {
      response.writeHead(403, { 'x-error-message': 'Access to model owner/repo is restricted' }).end();
      return true;
    };
    const error = await rejects(pull({ token: 'hf_secret' }), 'ERR_GATED', /restricted.*Your token was not accepted/);
    assert.not.match(error.message, /hf_secret/);
  });
});
