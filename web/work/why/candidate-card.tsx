import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { numberText, type TextKey, t } from '../../texts/text.ts';
import { largestShare, type ShownCandidate, type ShownLedger, shareOf, type Tiles, termsOf } from './ledger.ts';

/** One square of the strip. */
function Tile({ tiles, index, label }: { tiles: Tiles | null; index: number; label: string }) {
  if (!tiles || index >= tiles.count)
    return (
      <div class="grid aspect-square place-items-center rounded bg-sunken p-2 text-center text-xs text-muted">{t('why.noPicture')}</div>
    );
  return (
    <svg viewBox={`0 0 ${tiles.edge} ${tiles.edge}`} role="img" aria-label={label} class="aspect-square w-full rounded bg-sunken">
      <image
        href={tiles.address}
        x={-index * tiles.edge}
        y={0}
        width={tiles.count * tiles.edge}
        height={tiles.edge}
        preserveAspectRatio="none"
      />
    </svg>
  );
}

const signed = (value: number): string => numberText(value, 2, { isFixed: true, isSigned: true });

/** What a term added to or took from the total, as a bar from the middle. */
function TermBar({ term, share, most }: { term: string; share: number; most: number }) {
  const width = (Math.abs(share) / most) * 50;
  const name = t(`why.term.${term}` as TextKey);
  return (
    <div class="grid grid-cols-[6.5rem_1fr_2.5rem] items-center gap-x-2 text-xs max-sm:grid-cols-[1fr_2.5rem]">
      <span class="truncate text-muted max-sm:col-span-2" title={name}>
        {name}
      </span>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" class="h-2 w-full rounded-sm bg-sunken" aria-hidden="true">
        <rect class={share >= 0 ? 'fill-good' : 'fill-bad'} x={share >= 0 ? 50 : 50 - width} y={0} width={width} height={8} />
        <line class="stroke-muted" x1={50} x2={50} y1={0} y2={8} stroke-width={0.7} vector-effect="non-scaling-stroke" />
      </svg>
      <span class="text-right tabular-nums">{signed(share)}</span>
    </div>
  );
}

interface CardProps {
  ledger: ShownLedger;
  index: number;
  tiles: Tiles | null;
  onPaint: (seed: number) => void;
}

export function CandidateCard({ ledger, index, tiles, onPaint }: CardProps) {
  const candidate = ledger.candidates[index];
  if (!candidate) return null;
  const isWinner = ledger.winner === index;
  const { verdict, reason, rank, total, faults, wouldHaveWonWithout } = candidate as ShownCandidate;
  const most = largestShare(ledger);
  const verdictText = t(`why.verdict.${verdict}`);
  return (
    <li
      class={`flex flex-col gap-2 rounded-xl border p-2 ${isWinner ? 'border-accent bg-raised ring-2 ring-accent' : 'border-line bg-raised'}`}
    >
      <Tile tiles={tiles} index={index} label={t('why.candidate', { n: index + 1 })} />
      <div class="flex items-center justify-between text-sm font-semibold">
        <span class={`flex items-center gap-1 ${isWinner ? 'text-accent' : ''}`}>
          {isWinner && <Icon name="check" size={16} />}
          {rank !== null && rank !== undefined ? `${rank}. ` : ''}
          {verdictText}
        </span>
        {total !== null && total !== undefined && <span class="tabular-nums">{signed(total)}</span>}
      </div>
      <p class="text-xs break-words" dir="auto">
        {reason}
      </p>
      {candidate.z &&
        termsOf(ledger).map((term) => <TermBar key={term} term={term} share={shareOf(ledger, candidate, term)} most={most} />)}
      {(faults ?? []).map(({ fault, reason: why }) => (
        <p key={fault} class="text-xs break-words text-bad" dir="auto">
          {why}
        </p>
      ))}
      {(wouldHaveWonWithout ?? []).length > 0 && (
        <p class="text-xs text-muted">
          {t('why.wonWithout', { terms: wouldHaveWonWithout.map((term) => t(`why.term.${term}`)).join(', ') })}
        </p>
      )}
      {!isWinner && typeof candidate.seed === 'number' && (
        <div class="mt-auto pt-1">
          <Button onClick={() => onPaint(candidate.seed)}>{t('why.paint')}</Button>
        </div>
      )}
    </li>
  );
}
