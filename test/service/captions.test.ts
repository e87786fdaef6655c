import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal, is, match, not, ok } from 'uvu/assert';
import { loadConfig } from '../../lib/config/index.ts';
import { Accounts, inventions, Outbox, queueWork } from '../../lib/publish/index.ts';
import { weightedLength } from '../../lib/publish/networks/text/graphemes.ts';
import { captionsOf } from '../../lib/service/publishing/captions.ts';
import { type LlmServer, openLlm, refused } from '../artist/llm-server.ts';
import { file, place } from '../gallery/support.ts';
import { suite } from '../harness.ts';
import { everyNetwork } from '../support/networks/every-network.ts';

const { signal } = new AbortController();
const says = (caption: string) => ({ content: JSON.stringify({ caption }) });

/** The text of a post on X of "a red fox in the snow", and what was warned of. */
async function textOf(llm: Record<string, unknown> | undefined, more: { caption?: string; set?: string[] } = {}) {
  const at = place();
  mkdirSync(at.home, { recursive: true });
  const settings = { publish: { caption: 'llm', template: 'The template: {title}' }, ...(llm && { llm }) };
  writeFileSync(path.join(at.home, 'config.yaml'), JSON.stringify(settings));
  const loaded = await loadConfig({ home: at.home, environment: {} });
  const warnings: string[] = [];
  const write = captionsOf(loaded, { signal, warn: (line) => warnings.push(line) });
  const network = await everyNetwork.x.open();
  const accounts = new Accounts(at.home);
  const about = { name: 'me', handle: '@painter', url: null, connectedAt: 0, stopped: null, secrets: {} };
  const account = await accounts.save({ ...about, network: 'x', server: network.url });
  const work = await file(at, 'a red fox in the snow');
  const { content } = await queueWork(work, account, {
    outbox: new Outbox(at.home),
    accounts,
    settings: loaded.config.publish,
    open: () => everyNetwork.x.client(network.url),
    write,
    caption: more.caption,
  });
  await network.close();
  return { text: content.text, warnings };
}

suite('captions by a language model', { timeoutMs: 60_000 }, (test) => {
  let server: LlmServer;
  test.before(async () => {
    server = await openLlm();
  });
  test.after(() => server.close());
  const llm = () => ({ url: server.url, retries: 1, timeoutSeconds: 5 });

  test('its words stand before the label; it is told the facts and the room, and nothing else', async () => {
    server.next(says('A red fox  crosses\tthe snow.'));
    const { text, warnings } = await textOf(llm());
    match(text, /^A red fox crosses the snow\.\n\nMade with AI \(.+\)\n\n#AIart/);
    equal(warnings, []);
    const told = JSON.parse(server.asked.at(-1)?.body.messages[1]?.content ?? '') as Record<string, unknown>;
    equal(Object.keys(told), ['titles', 'prompts', 'tags', 'language', 'atMostCharacters']);
    equal(told['prompts'], ['a red fox in the snow']);
    ok(Number(told['atMostCharacters']) > 100 && Number(told['atMostCharacters']) < 280);
  });

  test('what is too long as X counts, or invented, is asked for again, then the template stands in, with a warning', async () => {
    for (const wrong of [
      '狐'.repeat(130),
      'A red fox. Photo by Ansel Adams.',
      'A red fox in the snow, painted in 1887.',
      'A red fox in the snow near Oslo.',
      'A red fox #fox',
      'See https://example.org',
      'A red fox, licensed freely',
      '',
    ]) {
      server.next(says(wrong), says('The fox in the snow'));
      match((await textOf(llm())).text, /^The fox in the snow\n\n/, wrong);
      server.next(says(wrong));
      const { text, warnings } = await textOf(llm());
      match(text, /^The template: /, wrong);
      is(warnings.length, 1);
      match(warnings[0] ?? '', /the template's words are used: /);
      ok(weightedLength(text) <= 280);
    }
  });

  test('a server that fails, no server, a missing key: the template, and why', async () => {
    server.next(refused(401, 'Incorrect API key'));
    match((await textOf({ ...llm(), apiKey: 'sk-secret-of-the-model' })).warnings[0] ?? '', /llm\.apiKey: expected a key/);
    match((await textOf({ ...llm(), url: 'http://127.0.0.1:9/v1', retries: 0 })).warnings[0] ?? '', /expected an answer of 127/);
    match((await textOf(undefined)).warnings[0] ?? '', /llm\.url is not set/);
    const unset = await textOf({ ...llm(), apiKey: { env: 'NOT_SET_ANYWHERE' } });
    match(unset.warnings[0] ?? '', /NOT_SET_ANYWHERE/);
    match(unset.text, /^The template: /);
    not.match(JSON.stringify(unset), /sk-secret/);
  });

  test('a person’s own words come first: the model is not asked', async () => {
    const before = server.asked.length;
    const { text } = await textOf(llm(), { caption: 'My fox' });
    match(text, /^My fox\n\n/);
    is(server.asked.length, before);
  });

  test('what is in the facts is no invention; nouns of other languages are no names', () => {
    const facts = { titles: ['Oslo at Dawn, No. 3'], prompts: ['the harbour'], tags: [] };
    equal(inventions('The harbour of Oslo, number 3', facts, 'en'), []);
    equal(inventions('The harbour of Bergen, number 4', facts, 'en'), ['4', 'Bergen']);
    equal(inventions('Der Hafen am Morgen', facts, 'de'), []);
  });
});
