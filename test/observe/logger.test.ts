import { equal, is, match, ok } from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import { createLogger, createProgress, describeError, type LogLevel, levelFromFlags } from '../../lib/observe/index.ts';
import { suite } from '../harness.ts';
import { capture } from './support.ts';

suite('logger', (test) => {
  const cyclic: Record<string, unknown> = { name: 'loop' };
  cyclic.self = cyclic;
  const oddValues: [string, unknown, RegExp][] = [
    ['a BigInt', { big: 10n }, /big: 10n/],
    ['a cycle', cyclic, /\[Circular \*1\]/],
    ['undefined', undefined, /undefined/],
    ['null', null, /null/],
    ['NaN', Number.NaN, /NaN/],
    ['a Map', new Map([['a', 1]]), /Map\(1\) \{ 'a' => 1 \}/],
    ['an object with a message field', { message: 'not a record', args: [1] }, /message: 'not a record', args: \[ 1 \]/],
    ['an object with a null prototype', Object.assign(Object.create(null), { a: 1 }), /a: 1/],
    ['a symbol', Symbol('s'), /Symbol\(s\)/],
    ['an Error', new TypeError('bad type'), /TypeError: bad type/],
  ];
  for (const [name, value, expected] of oddValues) {
    test(`prints ${name}`, () => {
      const { terminal, text } = capture();
      createLogger({ terminal }).info(value);
      createLogger({ terminal }).info('with words:', value);
      const [alone = '', withWords = ''] = text().split('with words: ');
      match(alone, expected);
      match(withWords, expected);
    });
  }

  test('an ArtistError shows code, message, engine lines and causes, and its stack only at level debug', () => {
    const error = new ArtistError('ERR_MODEL_LOAD', 'model: cannot be loaded', {
      cause: new Error('no memory', { cause: 'a string cause' }),
      details: ['alloc of 3 GiB failed'],
    });
    const { terminal, lines } = capture();
    createLogger({ terminal }).error('loading failed:', error);
    equal(lines(), [
      'error loading failed: ERR_MODEL_LOAD: model: cannot be loaded',
      '  | alloc of 3 GiB failed',
      '  caused by no memory',
      "  caused by 'a string cause'",
    ]);
    const debug = capture();
    createLogger({ terminal: debug.terminal, level: 'debug' }).error(error);
    match(debug.text(), /logger\.test\.ts/);
  });

  test('an error that causes itself ends', () => {
    const error = new Error('ouroboros');
    error.cause = error;
    is(describeError(error), 'ouroboros');
  });

  test('an AggregateError shows every error', () => {
    match(describeError(new AggregateError([new Error('first'), 'second'], 'all failed')), /all failed\n {2}first\n {2}'second'/);
  });

  test('of twenty equal lines the first is shown, and the count of the rest once another comes or at the end', () => {
    const { terminal, lines } = capture();
    const log = createLogger({ terminal });
    for (let i = 0; i < 20; i++) log.warn('again', 7);
    equal(lines(), ['warning again 7']);
    log.warn('other');
    log.warn('other');
    log.error('other');
    log.error('other');
    log.flush();
    log.flush();
    equal(lines(), [
      'warning again 7',
      'warning again 7 (again, 19 times)',
      'warning other',
      'warning other (again, 1 time)',
      'error other',
      'error other (again, 1 time)',
    ]);
  });

  test('objects that look alike are not taken for equal', () => {
    const { terminal, lines } = capture();
    const log = createLogger({ terminal });
    for (let i = 0; i < 3; i++) log.info('state', { i: 1 });
    is(lines().length, 3);
  });

  test('bytes, huge texts and values that throw when they are looked at', () => {
    const { terminal, lines } = capture();
    const log = createLogger({ terminal });
    log.info('bytes', Buffer.from([137, 80, 78, 71, 13]), new Float32Array(2));
    log.info('x'.repeat(100_000));
    log.info(
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no keys');
          },
        },
      ),
      {
        get bad(): string {
          throw new Error('no');
        },
      },
    );
    match(lines()[0] ?? '', /bytes Buffer\(5 bytes: 89 50 4e 47 …\) Float32Array\(8 bytes: 00 00 00 00 …\)/);
    ok((lines()[1]?.length ?? 0) < 10_000);
    match(lines()[1] ?? '', /100000 characters/);
    ok((lines()[2] ?? '') !== '');
  });

  const shown: [LogLevel, string[]][] = [
    ['silent', []],
    ['error', ['error e']],
    ['warn', ['error e', 'warning w']],
    ['info', ['error e', 'warning w', 'i', '✔ s']],
    ['debug', ['error e', 'warning w', 'i', '✔ s', 'debug d']],
    ['trace', ['error e', 'warning w', 'i', '✔ s', 'debug d', 'trace t']],
  ];
  for (const [level, expected] of shown) {
    test(`level ${level} shows ${expected.length} of 6 kinds, whatever NODE_ENV and CONSOLA_LEVEL say`, () => {
      const before = { NODE_ENV: process.env.NODE_ENV, CONSOLA_LEVEL: process.env.CONSOLA_LEVEL };
      process.env.NODE_ENV = 'test';
      process.env.CONSOLA_LEVEL = '0';
      try {
        const { terminal, text } = capture();
        const log = createLogger({ terminal, level });
        log.error('e');
        log.warn('w');
        log.info('i');
        log.success('s');
        log.debug('d');
        log.trace('t');
        equal(text().split('\n').slice(0, -1), expected);
      } finally {
        for (const [name, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
    });
  }

  test('the level comes from the flags', () => {
    equal(
      [{}, { quiet: true }, { debug: true }, { quiet: true, debug: true }, { debug: true, trace: true }].map((flags) =>
        levelFromFlags(flags),
      ),
      ['info', 'error', 'debug', 'debug', 'trace'],
    );
  });

  test('a tag stands before the message', () => {
    const { terminal, text } = capture();
    createLogger({ terminal }).withTag('engine').warn('slow');
    is(text(), 'warning [engine] slow\n');
  });

  test('escape codes reach a terminal with colours only', () => {
    const colored = '\u001b[31mred\u001b[39m';
    const plain = capture();
    createLogger({ terminal: plain.terminal }).error(colored);
    is(plain.text(), 'error red\n');
    const tty = capture(true);
    createLogger({ terminal: { ...tty.terminal, hasColors: () => true } }).error('x');
    is(tty.text(), '\u001b[31merror\u001b[39m x\n');
    const noColor = capture(true);
    createLogger({ terminal: { ...noColor.terminal, hasColors: () => false } }).error('x');
    is(noColor.text(), 'error x\n');
  });

  test('a message goes above a running bar, which stays', () => {
    const { terminal, text } = capture(true);
    const progress = createProgress({ environment: {}, terminal, now: () => 0 });
    progress.update('Painting', 1, 4);
    createLogger({ terminal }).info('hello');
    match(text(), /\r\u001b\[KPainting .*\r\u001b\[Khello\nPainting .* {2}1\/4$/);
  });

  test('by default messages go to stderr, nothing to stdout', () => {
    const written: string[] = [];
    const streams = [process.stdout, process.stderr] as const;
    const originals = streams.map((stream) => stream.write);
    for (const [index, stream] of streams.entries()) stream.write = (text: string | Uint8Array) => written.push(`${index} ${text}`) > 0;
    try {
      const log = createLogger({ colors: false });
      log.info('a');
      log.error('b');
    } finally {
      for (const [index, stream] of streams.entries()) {
        const original = originals[index];
        if (original) stream.write = original;
      }
    }
    equal(written, ['1 a\n', '1 error b\n']);
  });
});
