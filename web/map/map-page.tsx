import { useEffect, useMemo, useState } from 'preact/hooks';
import { place, setQuery } from '../navigate/router.ts';
import { theme } from '../parts/theme.ts';
import { t } from '../texts/text.ts';
import { colourings } from './colours/classes.ts';
import { paperOf } from './colours/palette.ts';
import { MapLegend } from './legend.tsx';
import { followMap, grid, mapError } from './map-data.ts';
import { MapSearch } from './map-search.tsx';
import { NoMap, Unplaced } from './no-map.tsx';
import type { PointGrid } from './points/point-grid.ts';
import { MapStage } from './stage/map-stage.tsx';
import { useClasses, useFound } from './use-classes.ts';

/** Fewer works make no map. */
const fewestWorks = 5;

/** All works as points, alike ones near each other. */
export function MapPage() {
  useEffect(followMap, []);
  const shown = grid.value;
  if (!shown || shown.points.count < fewestWorks) return <NoMap points={shown?.points} error={mapError.value} />;
  return <LoadedMap grid={shown} />;
}

/** The theme may be that of the system, which changes with the time of day. */
function useIsDark(): boolean {
  const chosen = theme.value;
  const read = (): boolean => paperOf(document.body).isDark;
  const [isDark, set] = useState(read);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const again = (): void => set(read());
    again();
    media.addEventListener('change', again);
    return () => media.removeEventListener('change', again);
  }, [chosen]);
  return isDark;
}

function LoadedMap({ grid: shown }: { grid: PointGrid }) {
  const { q = '', by: asked, only } = place.value.query;
  const by = colourings.find((one) => one === asked) ?? 'topic';
  const classes = useClasses(shown, by);
  const { found, error } = useFound(shown, q);
  const isDark = useIsDark();
  const given = only === undefined ? undefined : Number(only);
  const shownClass = given !== undefined && classes?.legend[given] ? given : undefined;
  const bright = useMemo(() => ({ found: found?.marks, shownClass }), [found, shownClass]);
  return (
    <div class="flex h-full flex-col">
      <header class="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2">
        <h1 class="text-lg font-semibold">{t('map.title')}</h1>
        <MapSearch query={q} found={found} error={error} />
        <MapLegend
          by={by}
          classes={classes}
          shownClass={shownClass}
          isDark={isDark}
          onColour={(next) => setQuery({ by: next, only: undefined }, { replace: true })}
          onClass={(index) => setQuery({ only: index === undefined ? undefined : String(index) }, { replace: true })}
        />
        <Unplaced works={shown.points.unplaced} />
      </header>
      <MapStage grid={shown} classes={classes} bright={bright} />
    </div>
  );
}
