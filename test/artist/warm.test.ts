import * as assert from 'uvu/assert';
import { Warm, withRoom } from '../../lib/artist/models/model-pool.ts';
import { ArtistError, VirtualClock } from '../../lib/core/index.ts';
import { suite } from '../harness.ts';

/** Named things that log what is done to them. */
function shelf(keepMs: number) {
  const clock = new VirtualClock(Date.parse('2027-01-01T00:00:00Z'));
  const told: string[] = [];
  const warm = new Warm({ keepMs, clock });
  const load = (name: string) => async () => {
    told.push(`load ${name}`);
    return {
      dispose: async () => {
        told.push(`free ${name}`);
      },
    };
  };
  return { warm, clock, told, take: (name: string) => warm.acquire(name, load(name)) };
}

suite('artist warm', (test) => {
  test('a released thing stays for the next user until it was unused for the given time', async () => {
    const { clock, told, take } = shelf(1000);
    await (await take('a')).release();
    await clock.advance(900);
    const second = await take('a');
    await clock.advance(5000);
    assert.equal(told, ['load a']);
    await second.release();
    await second.release();
    await clock.advance(999);
    assert.equal(told, ['load a']);
    await clock.advance(1);
    assert.equal(told, ['load a', 'free a']);
    await (await take('a')).release();
    assert.is(told.length, 3);
  });

  test('another key first frees idle things, and things in use on their release', async () => {
    const { told, take } = shelf(1000);
    const a = await take('a');
    const alsoA = await take('a');
    const b = await take('b');
    assert.equal(told, ['load a', 'load b']);
    await a.release();
    assert.is(told.length, 2);
    await alsoA.release();
    assert.equal(told.at(-1), 'free a');
    await b.release();
    await take('c');
    assert.equal(told.slice(3), ['free b', 'load c']);
  });

  test('0 keeps nothing; dispose frees everything and refuses more', async () => {
    const none = shelf(0);
    await (await none.take('a')).release();
    assert.equal(none.told, ['load a', 'free a']);
    const { warm, told, take } = shelf(Number.POSITIVE_INFINITY);
    await (await take('a')).release();
    await warm.dispose();
    assert.equal(told, ['load a', 'free a']);
    await take('a').then(
      () => assert.unreachable(),
      (error: unknown) => assert.is((error as ArtistError).code, 'ERR_DISPOSED'),
    );
  });

  test('dispose waits for users of a thing, and refuses callers that arrive while memory is freed', async () => {
    const { warm, told, take } = shelf(Number.POSITIVE_INFINITY);
    const used = await take('a');
    const disposed = warm.dispose();
    await new Promise((done) => setImmediate(done));
    assert.equal(told, ['load a']);
    await used.release();
    await disposed;
    assert.equal(told, ['load a', 'free a']);

    const other = shelf(Number.POSITIVE_INFINITY);
    await (await other.take('a')).release();
    const late = other.take('b').catch((error: unknown) => (error as ArtistError).code); // frees a first
    await other.warm.dispose();
    assert.is(await late, 'ERR_DISPOSED');
    assert.equal(other.told, ['load a', 'free a']);
  });

  test('a load cancelled by one caller does not fail another that waits for it', async () => {
    const { warm, told, take } = shelf(1000);
    let fail = (_: unknown): void => undefined;
    const first = warm.acquire('a', () => new Promise<never>((_, reject) => (fail = reject)));
    await Promise.resolve();
    const second = take('a');
    await new Promise((done) => setImmediate(done));
    fail(new Error('cancelled'));
    await first.then(
      () => assert.unreachable(),
      (error: unknown) => assert.is((error as Error).message, 'cancelled'),
    );
    await second;
    assert.equal(told, ['load a']);
  });

  test('out of memory: idle things are freed and the load is tried once more', async () => {
    const { warm, told, take } = shelf(1000);
    await (await take('a')).release();
    let tries = 0;
    const load = async (): Promise<string> => {
      tries++;
      if (told.length < 2) throw new ArtistError('ERR_OUT_OF_MEMORY', 'no room');
      return 'loaded';
    };
    assert.is(await withRoom([warm], load), 'loaded');
    assert.is(tries, 2);
    await withRoom([warm], async () => {
      throw new ArtistError('ERR_OUT_OF_MEMORY', 'still none');
    }).then(
      () => assert.unreachable(),
      (error: unknown) => assert.is((error as Error).message, 'still none'),
    );
  });
});
