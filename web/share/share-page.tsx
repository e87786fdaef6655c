import { place } from '../navigate/router.ts';
import { SharesPage } from './shares-page.tsx';
import { VisitorPage } from './visitor-page.tsx';

/** `/share`: the links, for those who make them. `/share/SECRET`: what one of them shows, for everyone who has it. */
export function SharePage() {
  return place.value.path[1] === undefined ? <SharesPage /> : <VisitorPage />;
}
