import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { LlmClient, type LlmOptions } from '../../lib/artist/llm/client.ts';
import { writerOf } from '../../lib/artist/llm/writer.ts';
import { planPrompt } from '../../lib/artist/loop/plan-prompt.ts';
import { loadConfig } from '../../lib/config/index.ts';
import { createArtist } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { type LlmServer, openLlm, refused } from './llm-server.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist llm-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const { signal } = new AbortController();
const word = z.object({ word: z.string() });

let homes = 0;
function newHome(llm: Record<string, unknown>): string {
  const home = path.join(scratch, `home ${homes++}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(
    path.join(home, 'config.yaml'),
    `llm: ${JSON.stringify(llm)}\npaint: {steps: 1, width: 64, height: 64}\ncreate: {upscale: false}\n`,
  );
  return home;
}

suite('artist llm', { timeoutMs: 60_000 }, (test) => {
  let server: LlmServer;
  test.before(async () => {
    server = await openLlm();
  });
  test.after(() => server.close());

  const ask = (options: Partial<LlmOptions> = {}, within = signal) =>
    new LlmClient({ url: server.url, model: 'tiny', timeoutMs: 5000, retries: 2, temperature: 0.5, ...options }).ask(
      'Be brief.',
      'A word?',
      word,
      within,
    );
  const failureOf = async (options: Partial<LlmOptions> = {}): Promise<string> => {
    const error = await ask(options).then(
      () => undefined,
      (reason: { code: string; message: string }) => reason,
    );
    return `${error?.code}: ${error?.message}`;
  };

  test('asks as documented, and finds the object in a fence', async () => {
    server.next({ content: 'Here it is:\n```json\n{"word": "heron"}\n```' });
    const answer = await ask({ url: `${server.url}/`, apiKey: 'sk-secret' });
    assert.equal([answer.value, answer.model, answer.tries], [{ word: 'heron' }, 'tiny-writer-0925', 1]);
    assert.match(answer.text, /```json/);
    const [request] = server.asked;
    assert.is(request?.path, '/v1/chat/completions');
    assert.is(request?.headers.authorization, 'Bearer sk-secret');
    assert.equal(
      [request?.body.model, request?.body['temperature'], request?.body['response_format'], request?.body.messages],
      [
        'tiny',
        0.5,
        { type: 'json_object' },
        [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'A word?' },
        ],
      ],
    );
  });

  // [name, replies, result, requests]
  const good = { content: '{"word": "heron"}' };
  const replies: [string, Parameters<LlmServer['next']>, RegExp | 'heron', number][] = [
    [
      '401',
      [refused(401, 'Incorrect API key provided')],
      /^ERR_CONFIG: llm\.apiKey: expected a key that 127\.0\.0\.1:\d+ accepts, got 401 \(Incorrect/,
      1,
    ],
    ['404', [refused(404, 'The model `tiny` does not exist')], /^ERR_CONFIG: llm\.url, llm\.model: .*does not exist/, 1],
    ['400', [refused(400, 'Unsupported value')], /^ERR_CONFIG: llm: expected a request that .* takes, got 400/, 1],
    ['429, then an answer', [refused(429, 'Rate limit reached', { 'retry-after': '0' }), good], 'heron', 2],
    [
      '429 with a long pause',
      [refused(429, 'Rate limit reached', { 'retry-after': '60' })],
      /^ERR_NETWORK: .*a pause of 60 s is more than the time left.*Rate limit/,
      1,
    ],
    [
      '429 until a date',
      [refused(429, 'x', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })],
      /a pause of 3[56]\d\d s/,
      1,
    ],
    ['more than an answer has', [{ content: 'x'.repeat(200_000) }, good], 'heron', 2],
    [
      '500 again and again',
      [refused(500, 'The server had an error', { 'retry-after': '0' })],
      /^ERR_NETWORK: .*none \(3 tries\): 500 \(The server had an error\)/,
      3,
    ],
    ['no JSON', [{ body: '<html>busy</html>', headers: { 'retry-after': '0' } }, good], 'heron', 2],
    ['JSON cut off', [{ body: '{"choices": [{"message"' }, { content: '{"wo' }, good], 'heron', 3],
    ['another object', [{ content: '{"answer": 42}' }, good], 'heron', 2],
  ];
  for (const [what, given, expected, requests] of replies)
    test(`${what}`, async () => {
      server.next(...given);
      if (expected === 'heron') assert.is((await ask()).value.word, 'heron');
      else assert.match(await failureOf(), expected);
      assert.is(server.asked.length, requests);
    });

  test('timeout, no server, and an aborted call', async () => {
    server.next({ silent: true });
    assert.match(await failureOf({ timeoutMs: 200 }), /^ERR_NETWORK: .*no answer in time/);
    const gone = await openLlm();
    await gone.close();
    assert.match(await failureOf({ url: gone.url, retries: 0 }), /^ERR_NETWORK: .*none \(1 try\): .*ECONNREFUSED/);
    const reason = new Error('enough');
    assert.is(await ask({}, AbortSignal.timeout(1)).catch((error: Error) => error.name), 'TimeoutError');
    assert.is(await ask({}, AbortSignal.abort(reason)).catch((error: unknown) => error), reason);
    assert.match(await failureOf({ fetch: () => Promise.reject(new Error('no network here')), retries: 0 }), /no network here/);
  });

  test('a chosen prompt is rewritten; the template, its replacement or the failure are recorded', async () => {
    const home = newHome({ url: server.url, retries: 0 });
    const { config } = await loadConfig({ home });
    const writer = await writerOf(config, { home });
    const warnings: string[] = [];
    const place = {
      settings: config.prompt,
      home,
      seed: 4,
      signal,
      gallery: undefined,
      writer,
      warn: (line: string) => void warnings.push(line),
    };
    // A model that cannot be read gets the default family, tags.
    const plan = () => planPrompt({ model: 'absent', subject: 'a fox' }, place);
    server.next({ content: '{"prompt": "a red fox on the frozen lake,\\n woodcut print"}' });
    const written = await plan();
    assert.is(written.prompt, 'a red fox on the frozen lake, woodcut print');
    const { prompt, llm } = written.derivation as { prompt: string; llm: { prompt: Record<string, unknown> } };
    assert.is(prompt, written.prompt);
    assert.match(String(llm.prompt['replaced']), /a fox/);
    assert.match(String(llm.prompt['text']), /frozen lake/);
    assert.match(server.asked[0]?.body.messages[1]?.content ?? '', /"subject":"a fox".*"form":"phrases/);
    assert.match(written.lines.at(-1) ?? '', /^written by tiny-writer-0925 instead of: .*a fox/);
    server.next({ content: JSON.stringify({ prompt: 'word '.repeat(200) }) });
    const long = await plan();
    assert.is(long.prompt, llm.prompt['replaced']);
    assert.match(JSON.stringify(long.derivation['llm']), /"failed":"ERR_NETWORK: .*something else than was asked for/);
    assert.match(warnings.join(), /the prompt is that of the templates: ERR_NETWORK/);
    server.next({});
    await planPrompt({ subject: 'a fox' }, place);
    await planPrompt({ prompt: 'a fox', model: 'absent' }, place);
    assert.is(server.asked.length, 0, 'the bundled painter and given prompts are left alone');
  });

  test('a work: the language model writes title and text while it paints, the rules do if it fails; the key appears nowhere', async () => {
    const home = newHome({ url: server.url, apiKey: { env: 'TEST_LLM_KEY' }, retries: 0, timeoutSeconds: 10 });
    process.env['TEST_LLM_KEY'] = 'sk-very-secret';
    const warnings: string[] = [];
    await using artist = await createArtist({ home, onWarning: (line) => void warnings.push(line) });
    server.next({ content: '{"title": "The Visitor", "altText": "A fox stands in deep snow and looks at us. Flat vector art."}' });
    const first = await artist.create({ prompt: 'flat vector art of a fox in the snow' });
    assert.equal([first.work?.title, first.work?.altText], ['The Visitor', 'A fox stands in deep snow and looks at us. Flat vector art.']);
    const { words } = first.derivation['llm'] as { words: Record<string, unknown> };
    assert.equal(
      [words['model'], words['tries'], words['replaced']],
      ['tiny-writer-0925', 1, { title: 'Fox in the Snow', altText: 'A fox in the snow. Flat vector art.' }],
    );
    assert.is(server.asked[0]?.headers.authorization, 'Bearer sk-very-secret');
    // The same title again is refused.
    const second = await artist.create({ prompt: 'flat vector art of a fox in the snow' });
    assert.is(second.title, 'Fox in the Snow');
    server.next(refused(401, 'Incorrect API key provided: sk-very-***'));
    const third = await artist.create({ prompt: 'an owl' });
    assert.is(third.title, 'Owl');
    assert.match(JSON.stringify(third.work?.derivation), /"failed":"ERR_CONFIG: llm\.apiKey: /);
    assert.is(warnings.length, 2);
    for (const { work } of [first, second, third]) assert.not.match(readFileSync(work?.sidecarPath ?? '', 'utf8'), /very-secret/);
    delete process.env['TEST_LLM_KEY'];
    assert.match(
      String(await artist.create({ prompt: 'x' }).catch((error: unknown) => error)),
      /llm\.apiKey: expected the environment variable TEST_LLM_KEY/,
    );
  });
});
