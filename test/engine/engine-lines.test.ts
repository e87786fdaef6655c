import * as assert from 'uvu/assert';
import { type EngineLine, type EngineLineLevel, loadModel, onEngineLine, withScope } from '../../lib/index.ts';
import { suite } from '../harness.ts';
import { tiny } from './support.ts';

/** Collects the engine's log lines during `work`. */
async function linesDuring(level: EngineLineLevel, work: () => Promise<unknown>): Promise<EngineLine[]> {
  const lines: EngineLine[] = [];
  const end = onEngineLine(level, (line) => lines.push(line));
  try {
    await work();
  } finally {
    end();
  }
  return lines;
}

suite('engine lines', { timeoutMs: 60_000 }, (test) => {
  for (const isolate of [false, true]) {
    const where = isolate ? 'in a process of its own' : 'in this process';
    test(`each line belongs to the work it was logged for, ${where}`, async () => {
      const model = await loadModel({ isolate });
      try {
        const lines = await linesDuring('debug', () =>
          Promise.all([
            withScope({ requestId: 'A' }, () => model.generate(tiny)),
            withScope({ requestId: 'B' }, () => model.generate({ ...tiny, seed: 8 })),
          ]),
        );
        const of = (id: string): string[] => lines.filter(({ scope }) => scope.requestId === id).map(({ text }) => text);
        assert.ok(of('A').length > 3 && of('B').length > 3, JSON.stringify(lines.slice(0, 5)));
        assert.is(of('A').length + of('B').length, lines.length);
        assert.ok(lines.some(({ level }) => level === 'debug') && lines.some(({ level }) => level === 'info'));
        // Jobs run one at a time, so their lines must not be interleaved.
        const order = lines.map(({ scope }) => scope.requestId).join('');
        assert.match(order, /^(A+B+|B+A+)$/);
      } finally {
        await model.dispose();
      }
    });
  }

  test('only the level that was asked for, and nothing after the last listener has gone', async () => {
    const lines: EngineLine[] = [];
    await using model = await loadModel();
    const some = await linesDuring('info', () => model.generate(tiny));
    assert.ok(some.length > 0 && some.every(({ level }) => level !== 'debug'));
    const end = onEngineLine('debug', (line) => lines.push(line));
    end();
    await model.generate(tiny);
    assert.equal(lines, []);
  });

  test('a listener that throws does not disturb the work', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): number => warnings.push(warning.message);
    process.on('warning', listen);
    const end = onEngineLine('info', () => {
      throw new Error('deaf');
    });
    await using model = await loadModel();
    assert.is((await model.generate(tiny)).images.length, 1);
    end();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('warning', listen);
    assert.ok(warnings.includes('deaf'));
  });
});
