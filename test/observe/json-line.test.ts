import * as assert from 'uvu/assert';
import { ArtistError, rememberSecret, withScope } from '../../lib/core/index.ts';
import { createLogger } from '../../lib/observe/index.ts';
import { suite } from '../harness.ts';
import { capture } from './support.ts';

type Line = Record<string, unknown>;

/** What a logger writes as JSON while `say` logs, one object a line. */
function logged(say: (log: ReturnType<typeof createLogger>) => void): Line[] {
  const { terminal, lines } = capture();
  const log = createLogger({ terminal, level: 'trace', format: 'json' });
  say(log);
  log.flush();
  return lines().map((line) => JSON.parse(line) as Line);
}

const one = (say: (log: ReturnType<typeof createLogger>) => void): Line => {
  const lines = logged(say);
  assert.is(lines.length, 1);
  return lines[0] ?? {};
};

suite('JSON lines', (test) => {
  test('time, level, message, tag, process; a success is an info', () => {
    const line = one((log) => log.withTag('engine').success('painted', 3));
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(
      [line['level'], line['success'], line['message'], line['tag'], line['pid']],
      ['info', true, 'painted 3', 'engine', process.pid],
    );
  });

  test('the scope of the work, through everything that it awaits', async () => {
    const lines: Line[] = [];
    const { terminal, lines: written } = capture();
    const log = createLogger({ terminal, format: 'json' });
    await withScope({ requestId: 'R1' }, () =>
      Promise.all([
        withScope({ job: 'j1' }, async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          log.info('first');
        }),
        withScope({ job: 'j2' }, async () => log.info('second')),
      ]),
    );
    log.info('outside');
    lines.push(...written().map((line) => JSON.parse(line) as Line));
    assert.equal(
      lines.map(({ message, requestId, job }) => [message, requestId, job]),
      [
        ['second', 'R1', 'j2'],
        ['first', 'R1', 'j1'],
        ['outside', undefined, undefined],
      ],
    );
  });

  test('errors with code, details and causes; an error that causes itself ends', () => {
    const error = new ArtistError('ERR_MODEL_LOAD', 'model: cannot be loaded', {
      details: ['alloc failed'],
      cause: new AggregateError([new TypeError('inner'), 'a text'], 'both failed'),
    });
    const line = one((log) => log.error('loading:', error));
    assert.is(line['message'], 'loading: ERR_MODEL_LOAD: model: cannot be loaded');
    const { code, details, cause, stack } = line['error'] as Record<string, unknown>;
    assert.equal([code, details], ['ERR_MODEL_LOAD', ['alloc failed']]);
    assert.match(String(stack), /json-line\.test\.ts/);
    const { message, errors } = cause as { message: string; errors: unknown[] };
    assert.equal([message, (errors[0] as Line)['name'], errors[1]], ['both failed', 'TypeError', 'a text']);
    const loop = new Error('ouroboros');
    loop.cause = loop;
    assert.is((one((log) => log.error(loop))['error'] as Line)['cause'], '(circular)');
  });

  const cyclic: Record<string, unknown> = { name: 'loop' };
  cyclic['self'] = cyclic;
  // [what, value, how it is written]
  const odd: [string, unknown, unknown][] = [
    ['a cycle', cyclic, { name: 'loop', self: '(circular)' }],
    ['one object twice is no cycle', { a: odds(), b: odds() }, { a: { x: 1 }, b: { x: 1 } }],
    ['a BigInt', { big: 2n ** 70n }, { big: '1180591620717411303424n' }],
    ['bytes', { png: Buffer.from('PNG!!') }, { png: 'Buffer(5 bytes: 50 4e 47 21 …)' }],
    ['NaN and Infinity', { a: Number.NaN, b: -Infinity }, { a: 'NaN', b: '-Infinity' }],
    ['a date that is none', { at: new Date(Number.NaN), ok: new Date(0) }, { at: 'Invalid Date', ok: '1970-01-01T00:00:00.000Z' }],
    ['Map and Set', { map: new Map([['k', 1]]), set: new Set([2]) }, { map: { k: 1 }, set: [2] }],
    ['undefined, a function, a symbol', { a: undefined, c: Symbol('s') }, { a: null, c: 'Symbol(s)' }],
    ['a field called message', { message: 'mine', args: [1] }, { message: 'mine', args: [1] }],
    ['a prototype of null', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['toJSON is not asked', { toJSON: null, a: 1 }, { toJSON: null, a: 1 }],
  ];
  for (const [what, value, expected] of odd) {
    test(`${what}`, () => assert.equal(one((log) => log.info('value', value))['data'], expected));
  }

  test('what throws, is endless or huge does not break the line', () => {
    const nested = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ inner }), 'end');
    const lines = logged((log) => {
      log.info('a', {
        get bad(): string {
          throw new Error('no');
        },
      });
      log.info('b', nested);
      log.info(
        'c',
        Array.from({ length: 5000 }, (_, index) => index),
      );
      log.info('d', { text: 'x'.repeat(1_000_000) });
      log.info('e\nsecond line');
    });
    assert.equal(
      lines.map(({ message }) => message),
      ['a', 'b', 'c', 'd', 'e\nsecond line'],
    );
    assert.is(lines[0]?.['data'], '(cannot be shown: no)');
    assert.is((lines[2]?.['data'] as unknown[] | undefined)?.length, 101);
    assert.ok(JSON.stringify(lines[3]).length < 20_000);
  });

  test('repeated lines: one more with their count', () => {
    const lines = logged((log) => {
      for (let i = 0; i < 5; i++) log.warn('Redis is away');
    });
    assert.equal(
      lines.map(({ message, repeated }) => [message, repeated]),
      [
        ['Redis is away', undefined],
        ['Redis is away', 4],
      ],
    );
  });

  test('no secret in a message, a value, an error or its stack', () => {
    rememberSecret('hunter2hunter2');
    rememberSecret('redis://user:s3cr3t%21pass@10.0.0.5:6379');
    const secrets = ['hunter2hunter2', 's3cr3t', 'abcdef123456', 'hf_abcdefghijklmnopqrst', 'sesame-open'];
    const text = [
      'at redis://user:s3cr3t%21pass@10.0.0.5:6379/0',
      'token hunter2hunter2',
      'Authorization: Bearer abcdef123456',
      'https://x.org/a?token=abcdef123456&b=1',
      'hf_abcdefghijklmnopqrst',
      'password=sesame-open',
    ].join('; ');
    const data = { password: 'sesame-open', api_key: 'sesame-open', nested: { accessToken: 'sesame-open', text }, tokens: 77 };
    const error = new ArtistError('ERR_NETWORK', text, { details: [text], cause: new Error(text) });
    const line = JSON.stringify(one((log) => log.error(text, data, error)));
    for (const secret of secrets) assert.not.ok(line.includes(secret), `${secret} in ${line}`);
    // What is no secret stays.
    for (const kept of ['redis://user:', '10.0.0.5:6379', '"tokens":77', 'b=1', 'ERR_NETWORK']) assert.ok(line.includes(kept), kept);
    const { terminal, text: shown } = capture();
    createLogger({ terminal, level: 'debug' }).error(text, data, error);
    for (const secret of secrets.slice(0, 4)) assert.not.ok(shown().includes(secret), secret);
    assert.is(
      one((log) => log.info('a basic drawing, the bearer standing there. Basic dXNlcjpwYXNz')).message,
      'a basic drawing, the bearer standing there. Basic (secret)',
    );
    const plain = capture();
    createLogger({ terminal: plain.terminal }).error('models.token: expected the environment variable HF_TOKEN, got none');
    assert.match(plain.text(), /models\.token: expected the environment variable HF_TOKEN/);
  });
});

function odds(): { x: number } {
  return { x: 1 };
}
