import * as assert from 'uvu/assert';
import { isArtistError, seededRandom } from '../../lib/core/index.ts';
import {
  holdOf,
  hourEffects,
  type Post,
  type PostingRules,
  readPostingTimes,
  standingsOf,
  workStandings,
} from '../../lib/publish/index.ts';
import { suite } from '../harness.ts';
import { desk, freeRules } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Midnight in Berlin, winter time. */
const midnight = Date.UTC(2026, 11, 1, 23);

const waiting = async (): Promise<Post> => {
  const at = await desk();
  const { id } = await at.post();
  return { ...(await at.sender().outbox.get(id)), approved: { at: midnight, by: 'hand' } };
};

/** A post that went out at `at` and had so many likes a day later. */
const measured = (post: Post, index: number, at: number, likes: number): Post => ({
  ...post,
  id: `p${index}`,
  work: `w${index}`,
  state: 'published',
  armed: { at, by: '' },
  published: { at, uri: '', url: null },
  metrics: [{ age: '24h', at: at + day, figures: { likes, replies: 0 } }],
});

/** Posts whenever the rules let one go, asked once an hour, and gives each the likes that `likesAt` says. */
function live(post: Post, rules: PostingRules, days: number, likesAt: (hourOfDay: number, day: number) => number): Post[] {
  const out: Post[] = [];
  for (let now = midnight; now < midnight + days * day; now += hour)
    if (holdOf(post, [...out, post], rules, now) === undefined)
      out.push(measured(post, out.length, now, likesAt(((now - midnight) / hour) % 24, (now - midnight) / day)));
  return out;
}

const hoursOf = (posts: readonly Post[]): number[] => posts.map(({ published }) => (((published?.at ?? 0) - midnight) / hour) % 24);
const share = (posts: readonly Post[], from: number, to: number): number =>
  hoursOf(posts).filter((at) => at >= from && at <= to).length / posts.length;

suite('posting times', { timeoutMs: 120_000 }, (test) => {
  test('one post at each time of the calendar, on the wall clock of the zone; not before its approval, and late for an hour at most', async () => {
    const post = await waiting();
    const rules = { ...freeRules, timeZone: 'Europe/Berlin', times: readPostingTimes(['daily 09:00', 'weekly sat,sun 18:30']) };
    const until = (now: number, others: Post[] = [], of = post): number | null | undefined =>
      holdOf(of, [of, ...others], rules, now)?.until;
    // 2 December 2026 is a Wednesday.
    assert.is(until(midnight + 8 * hour), midnight + 9 * hour);
    assert.is(until(midnight + 9 * hour), undefined);
    assert.is(until(midnight + 9 * hour + 59 * minute), undefined, 'nothing ran at nine');
    assert.is(until(midnight + 10 * hour), midnight + day + 9 * hour);
    assert.is(until(midnight + 9.2 * hour, [measured(post, 1, midnight + 9 * hour + 5000, 0)]), midnight + day + 9 * hour);
    const late: Post = { ...post, approved: { at: midnight + 9 * hour + 1, by: 'hand' } };
    assert.is(until(midnight + 9.1 * hour, [], late), midnight + day + 9 * hour);
    assert.is(until(midnight + 3 * day + 12 * hour), midnight + 3 * day + 18.5 * hour);
    assert.is(until(midnight + 12 * hour, [], { ...post, dueAt: midnight }), undefined, 'its own time counts more');
    const uploading: Post = { ...measured(post, 1, 0, 0), state: 'uploading', armed: null, published: null };
    uploading.history = [{ at: midnight + 9 * hour, state: 'uploading' }];
    assert.is(until(midnight + 9.1 * hour, [uploading]), midnight + day + 9 * hour, 'one is on its way');
  });

  test('a month of a calendar: every time is used once, also where one drifts to just below a day after the last', async () => {
    const post = await waiting();
    const rules = { ...freeRules, timeZone: 'Europe/Berlin', perDay: 2, times: readPostingTimes(['daily 09:00', 'cron 0 20 * * *']) };
    const out: Post[] = [];
    for (let now = midnight; now < midnight + 30 * day; now += 7 * minute)
      if (holdOf(post, [...out, post], rules, now) === undefined) out.push(measured(post, out.length, now, 0));
    assert.is(out.length, 60);
    assert.equal([...new Set(hoursOf(out).map(Math.floor))].sort(), [20, 9]);
  });

  test('texts that are no times are refused with their place', () => {
    for (const [text, says] of [
      ['daily 25:00', /publish\.times\.1: .*00:00\.\.23:59/],
      ['every 6h', /expected daily, weekly or cron, got "every 6h"/],
      ['batch 3@09:00', /expected daily, weekly or cron/],
      ['dayly 09:00', /did you mean daily/],
    ] as const)
      assert.throws(
        () => readPostingTimes(['daily 09:00', text]),
        (error: unknown) => isArtistError(error, 'ERR_CONFIG') && says.test(error.message),
      );
  });

  test('best finds the hours that bring most, while the account grows tenfold, and keeps trying others', async () => {
    const post = await waiting();
    const rules: PostingRules = { ...freeRules, timeZone: 'Europe/Berlin', perDay: 2, minutesBetween: 60, times: 'best' };
    const random = seededRandom(5);
    const likesAt = (at: number, days: number): number =>
      Math.round(20 * 10 ** (days / 90) * (at >= 18 && at < 21 ? 2.5 : 1) * Math.exp(random() - 0.5));
    const out = live(post, rules, 90, likesAt);
    // Asked once an hour, it misses one of two times within the same hour.
    assert.ok(out.length > 170, String(out.length));
    const last = out.slice(-60);
    assert.ok(share(last, 18, 21) > 0.6, `${share(last, 18, 21)}`);
    assert.ok(new Set(hoursOf(last)).size > 4);
    const { hours } = hourEffects(standingsOf(out), 'Europe/Berlin');
    const best = hours.reduce((most, one) => (one.mean > most.mean ? one : most));
    assert.ok(best.hour >= 18 && best.hour <= 20, String(best.hour));
    assert.ok(best.mean > 2 * best.deviation);
  });

  test('where no hour is better, none is preferred; quiet hours and distances hold', async () => {
    const post = await waiting();
    const quietHours = { from: '22:00', to: '08:00' };
    const rules: PostingRules = { ...freeRules, timeZone: 'Europe/Berlin', perDay: 3, minutesBetween: 180, quietHours, times: 'best' };
    const random = seededRandom(6);
    const out = live(post, rules, 60, () => Math.round(20 * Math.exp(random() - 0.5)));
    assert.ok(out.length > 150, String(out.length));
    assert.is(share(out, 8, 22), 1);
    for (const [index, { published }] of out.entries())
      assert.ok(index === 0 || (published?.at ?? 0) - (out[index - 1]?.published?.at ?? 0) >= 3 * hour);
    assert.ok(share(out, 18, 21) < 0.4, `${share(out, 18, 21)}`);
    assert.ok(share(out, 8, 12) > 0.1 && share(out, 13, 17) > 0.1 && share(out, 18, 22) > 0.1);
  });

  test('a standing is beside posts of the same account and time; an absent figure is not zero', async () => {
    const post = await waiting();
    const small = Array.from({ length: 12 }, (_, index) => measured(post, index, midnight + index * day, index === 6 ? 30 : 3));
    const large = Array.from({ length: 12 }, (_, index) => ({
      ...measured(post, index + 20, midnight + index * day, index === 6 ? 300 : 3000),
      account: 'other',
    }));
    const unknown = { ...measured(post, 50, midnight, 0), metrics: [{ age: '24h' as const, at: midnight + day, figures: {} }] };
    const standings = workStandings([...small, ...large, unknown], 'UTC');
    assert.ok((standings.get('w6') ?? 0) > 2);
    assert.ok((standings.get('w26') ?? 0) < -2);
    assert.ok(Math.abs(standings.get('w0') ?? 9) < 0.7);
    assert.not(standings.has('w50'));
    assert.equal(standingsOf(small.slice(0, 4)), []);
  });
});
