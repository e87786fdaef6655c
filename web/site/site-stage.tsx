import { useLayoutEffect, useState } from 'preact/hooks';
import { handleKeys } from '../keys/listen.ts';
import { Stage, type Staged } from '../work/stage.tsx';
import { useLoaded } from '../work/zoom/use-loaded.ts';
import { stageKeys, useStage, type Ways } from '../work/zoom/use-stage.ts';

interface SiteStageProps {
  work: Staged & { altText: string };
  /** Address of the small picture, which is shown first. */
  small: string;
  picture: string;
  ways: Ways;
}

/** The picture of a work of a site: it fits its stage, is zoomed and moved as in the gallery, and swiped or left by keys. */
export function SiteStage({ work, small, picture, ways }: SiteStageProps) {
  const [attempt, setAttempt] = useState(0);
  const shown = useStage(work, ways);
  useLayoutEffect(() => handleKeys(stageKeys(shown.control, ways)));
  return (
    <Stage {...shown} work={work} alt={work.altText} picture={useLoaded(small, picture, attempt)} onRetry={() => setAttempt(attempt + 1)} />
  );
}
