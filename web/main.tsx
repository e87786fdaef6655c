import { render } from 'preact';
import { begin } from './api/begin.ts';
import { App } from './app.tsx';
import { followSelection } from './gallery/shown-works.ts';
import { startKeys } from './keys/listen.ts';
import { startRouter } from './navigate/router.ts';
import { followTitle } from './navigate/title.ts';
import { tellRenewed } from './parts/lazy.tsx';
import { entries } from './parts/navigation.tsx';
import { tellError } from './parts/notices.tsx';
import { applyTheme } from './parts/theme.ts';
import { startOpeningMove } from './work/opening-move.ts';
import './style.css';

applyTheme();
startOpeningMove();
startRouter();
startKeys();
followTitle(entries);
followSelection();
const root = document.getElementById('page');
if (root) render(<App />, root);
tellRenewed();
// Needs https or this machine; without it the page works, but not without a network.
if (import.meta.env.PROD) navigator.serviceWorker?.register('worker.js').catch(() => undefined);
begin().catch(tellError);
