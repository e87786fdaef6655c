import { Answered } from '../../form/answered.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, place } from '../../navigate/router.ts';
import { t } from '../../texts/text.ts';
import { Curves, type NamedCurve } from './curves.tsx';
import { runEvents } from './runs-section.tsx';
import { Samples } from './samples.tsx';

/** The curves of several runs in one chart, and their samples. */
export function Compare() {
  const runs = place.value.query['runs'] ?? '';
  const answer = useAnswer<{ runs: NamedCurve[] }>(runs === '' ? undefined : 'training/curves', { runs, points: 500 }, runEvents);
  return (
    <>
      <a class="text-sm text-accent underline" href={hrefOf('training', { runs })}>
        {t('training.allRuns')}
      </a>
      <h2 class="text-xl font-semibold">{t('training.compare')}</h2>
      {runs === '' ? (
        <p>{t('training.compareHint')}</p>
      ) : (
        <Answered answer={answer}>
          {({ runs: curves }) => (
            <>
              <Curves curves={curves} />
              {curves
                .filter(({ samples }) => samples.length > 0)
                .map(({ name, samples }) => (
                  <div key={name}>
                    <h3 class="mb-2 font-medium break-words" dir="auto">
                      {name}
                    </h3>
                    <Samples run={name} samples={samples} />
                  </div>
                ))}
            </>
          )}
        </Answered>
      )}
    </>
  );
}
