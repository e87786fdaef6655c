/** One work as the server has it, followed while it is open. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { onEvent } from '../api/events.ts';
import { session } from '../api/session.ts';
import { type Change, type FullWork, fullWorkOf, keepRow, rowOf, type WorkRow } from '../api/works.ts';
import { tell } from '../parts/notices.tsx';
import { decide, isWaiting } from '../review/decision-queue.ts';
import { t } from '../texts/text.ts';

export interface OpenWork {
  row: WorkRow | undefined;
  /** undefined: not read yet. */
  work: FullWork | undefined;
  error: ApiError | undefined;
  /** It was deleted for good while it was open. */
  isRemoved: boolean;
  change(wanted: Change): void;
}

export function useWork(id: string): OpenWork {
  const [work, setWork] = useState<FullWork | undefined>(undefined);
  const [error, setError] = useState<{ of: string; problem: ApiError } | undefined>(undefined);
  const [removed, setRemoved] = useState('');
  const [reads, setReads] = useState(0);
  const who = session.value?.name;

  useEffect(() => {
    const abort = new AbortController();
    fullWorkOf(id, abort.signal).then(
      (full) => {
        keepRow(full);
        setWork(full);
        setError(undefined);
      },
      (problem: unknown) => {
        if (abort.signal.aborted) return;
        const known = problem instanceof ApiError ? problem : new ApiError('ERR_UNKNOWN', String(problem), 0, undefined);
        setError({ of: id, problem: known });
      },
    );
    return () => abort.abort();
  }, [id, who, reads]);

  useEffect(() => {
    const mine = (data: unknown): boolean => (data as { id?: string }).id === id;
    const again = (data: unknown): void => {
      if (mine(data)) setReads((before) => before + 1);
    };
    const stops = [
      ...['work.changed', 'work.trashed', 'work.restored'].map((type) => onEvent(type, again)),
      onEvent('work.removed', (data) => {
        if (mine(data)) setRemoved(id);
      }),
      onEvent('reset', () => setReads((before) => before + 1)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [id]);

  const row = rowOf(id).value ?? undefined;
  const own = useOthersDecisions(row, (wanted) => change(wanted));
  const change = (wanted: Change): void => {
    own(wanted);
    decide(id, wanted);
  };
  return {
    row,
    work: work?.id === id ? work : undefined,
    error: error?.of === id ? error.problem : undefined,
    isRemoved: removed === id,
    change,
  };
}

type Decided = Pick<WorkRow, 'rating' | 'star' | 'flag'>;
const decidedOf = ({ rating, star, flag }: WorkRow): Decided => ({ rating, star, flag });

/** In words: `4 stars`, `pick`, `favourite`. */
function wordsOf({ rating, star, flag }: Decided): string {
  const words = [
    ...(rating === null ? [] : [t('view.stars', { n: rating })]),
    ...(flag === null ? [] : [t(`work.${flag}`)]),
    ...(star ? [t('work.star')] : []),
  ];
  return words.length > 0 ? words.join(', ') : t('view.undecided');
}

/**
 * Says when somebody else decides about the work that is open, with a way to keep what was there.
 *
 * @returns tells it what this page changes itself
 */
function useOthersDecisions(row: WorkRow | undefined, onKeep: (change: Change) => void): (change: Change) => void {
  const seen = useRef<{ id: string; decided: Decided } | undefined>(undefined);
  const own = useRef<Decided[]>([]);
  useEffect(() => {
    if (!row) return;
    const now = decidedOf(row);
    const before = seen.current;
    seen.current = { id: row.id, decided: now };
    const same = (a: Decided, b: Decided): boolean => a.rating === b.rating && a.star === b.star && a.flag === b.flag;
    if (before?.id !== row.id) {
      own.current = [];
      return;
    }
    if (same(before.decided, now) || own.current.some((one) => same(one, now))) return;
    const { rating, star, flag } = before.decided;
    tell(t('view.decidedElsewhere', { now: wordsOf(now), before: wordsOf(before.decided) }), {
      action: { label: t('view.keepMine'), run: () => onKeep({ rating, star, flag: flag ?? 'none' }) },
    });
  }, [row?.id, row?.rating, row?.star, row?.flag]);
  return ({ rating, star, flag }) => {
    if (!row) return;
    const before = decidedOf(row);
    const after: Decided = {
      rating: rating === undefined ? before.rating : rating,
      star: star === undefined ? before.star : (star ?? false),
      flag: flag === undefined ? before.flag : flag === 'none' ? null : flag,
    };
    // Both: the server may refuse the change, and the row then returns to what it was. While earlier ones are on their way, their answers come too.
    own.current = isWaiting(row.id) ? [...own.current, before, after] : [before, after];
  };
}
