/** The script of an exported site. Its pages are complete without it: a list becomes the gallery, the page of a work gets keys. */
import { render } from 'preact';
import { session } from '../api/session.ts';
import { holdPlace } from '../gallery/place-kept.ts';
import { columnsKey, followSelection, loadColumns } from '../gallery/shown-works.ts';
import { startKeys } from '../keys/listen.ts';
import { startRouter } from '../navigate/router.ts';
import { applyTheme } from '../parts/theme.ts';
import { allWorks, loadWorks, perFile } from './data.ts';
import { SiteApp } from './site-app.tsx';
import { SiteStage } from './site-stage.tsx';
import { stagePlace } from './work-page.tsx';
import './style.css';

const { documentElement: html } = document;

/** A page that is one work: its picture gets a stage, and keys and swipes follow its links. */
function stageWork(): void {
  const follow = (selector: string) => (): void => document.querySelector<HTMLAnchorElement>(selector)?.click();
  const plain = document.querySelector<HTMLAnchorElement>('[data-plain-picture]');
  const image = plain?.querySelector('img');
  if (!plain || !image) return;
  const [picture, [id = '']] = [plain.href, location.pathname.split('/').at(-1)?.split('.') ?? []];
  const work = { id, width: Number(image.getAttribute('width')), height: Number(image.getAttribute('height')), altText: image.alt };
  const ways = { next: follow('a[rel=next]'), previous: follow('a[rel=prev]'), close: follow('a[data-move=back]') };
  const box = document.createElement('div');
  box.className = stagePlace;
  plain.replaceWith(box);
  render(<SiteStage work={work} small={`../thumbs/${id}.webp`} picture={picture} ways={ways} />, box);
}

/** The gallery begins with the works that the plain page had. */
function startAtPage(): void {
  const page = Number(/page-(\d+)\.html$/.exec(location.pathname)?.[1] ?? 1);
  const first = allWorks()[(page - 1) * perFile];
  if (page > 1 && first && location.hash === '') holdPlace(columnsKey.value, { id: first.id, below: 0 });
}

async function showGallery(): Promise<void> {
  const root = document.getElementById('page');
  let title: string;
  try {
    title = await loadWorks();
  } catch {
    return; // files of the site are missing: the plain page stays
  }
  if (!root) return;
  // Nobody may change anything; see mayPaint.
  session.value = { id: null, name: null, scope: 'read', events: null };
  startRouter();
  await loadColumns();
  startAtPage();
  followSelection();
  root.replaceChildren();
  html.classList.remove('plain');
  render(<SiteApp title={title} />, root);
}

applyTheme();
startKeys();
if (html.dataset['kind'] === 'work') stageWork();
else showGallery();
