import { useEffect, useState } from 'preact/hooks';
import { addressOf, ask } from '../../api/client.ts';
import { whenSignedIn } from '../../api/session.ts';
import type { FullWork } from '../../api/works.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { tell, tellError } from '../../parts/notices.tsx';
import { numberText, t } from '../../texts/text.ts';
import { CandidateCard } from './candidate-card.tsx';
import { inOrder, ledgerOf, type ShownLedger, type Tiles } from './ledger.ts';

/** Where the pictures of the candidates are; null: they were not kept. */
function useTiles({ id, version, candidates }: FullWork): Tiles | null {
  const [tiles, setTiles] = useState<(Tiles & { of: string }) | null>(null);
  useEffect(() => {
    if (candidates === 0) return;
    const abort = new AbortController();
    ask<{ tile: number; candidates: unknown[] }>(`works/${id}/candidates`, { signal: abort.signal }).then(({ tile, candidates: all }) => {
      setTiles({ of: id, edge: tile, count: all.length, address: addressOf(`works/${id}/candidates/image`, { v: version }) });
    }, tellError);
    return () => abort.abort();
  }, [id, version, candidates]);
  return tiles?.of === id ? tiles : null;
}

/** Paints a candidate again from its seed and files it, as only small pictures of candidates are kept. */
function paintCandidate(work: FullWork, seed: number): void {
  whenSignedIn(() => {
    ask<{ id: string }>('jobs', { method: 'POST', body: { work: work.id, options: { seed } } }).then(
      () => tell(t('why.queued'), { action: { label: t('nav.queue'), run: () => navigate(hrefOf('queue')) } }),
      tellError,
    );
  });
}

function Summary({ ledger }: { ledger: ShownLedger }) {
  const { candidates, lastResort, subjectDoubtful, dropped = [], adaptive, wildCard } = ledger;
  const rejected = candidates.filter(({ verdict }) => verdict === 'rejected').length;
  const sentences = [
    t('why.painted', { n: candidates.length }),
    ...(rejected > 0 ? [t('why.rejected', { n: rejected })] : []),
    ...(wildCard ? [t('why.wildCard')] : []),
    ...(lastResort ? [t('why.lastResort')] : []),
    ...(subjectDoubtful ? [t('why.subjectDoubtful')] : []),
    ...(dropped.length > 0 ? [t('why.dropped', { terms: dropped.map((term) => t(`why.term.${term}`)).join(', ') })] : []),
    ...(adaptive ? [t(`why.adaptive.${adaptive.why}`, { gain: numberText(adaptive.gain ?? 0, 2) })] : []),
  ];
  return <p class="max-w-prose text-sm text-muted">{sentences.join(' ')}</p>;
}

/** Why this work and not another of its round: the candidates side by side, with what each was measured at. */
export function WhyView({ work }: { work: FullWork }) {
  const ledger = ledgerOf(work);
  const tiles = useTiles(work);
  if (!ledger) return <p class="p-6">{t('why.none')}</p>;
  return (
    <section class="absolute inset-0 overflow-y-auto bg-paper p-4" aria-label={t('why.title')}>
      <h3 class="mb-2 pe-40 text-lg font-semibold">{t('why.title')}</h3>
      <Summary ledger={ledger} />
      <ol class="mt-4 grid grid-cols-2 gap-2 sm:grid-cols-[repeat(auto-fill,minmax(12.5rem,1fr))] sm:gap-4">
        {inOrder(ledger).map((index) => (
          <CandidateCard key={index} ledger={ledger} index={index} tiles={tiles} onPaint={(seed) => paintCandidate(work, seed)} />
        ))}
      </ol>
      <p class="mt-4 max-w-prose text-xs text-muted">{t('why.explain')}</p>
    </section>
  );
}
