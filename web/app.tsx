import type { ComponentType } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { actDialog } from './act/chosen-actions.ts';
import { session } from './api/session.ts';
import { GalleryPage } from './gallery/gallery-page.tsx';
import { handleKeys } from './keys/listen.ts';
import { isKeysShown, KeysOverlay } from './keys/overlay.tsx';
import { NotFoundPage } from './navigate/not-found-page.tsx';
import { page, place } from './navigate/router.ts';
import { AccountDialog } from './parts/account.tsx';
import { lazy } from './parts/lazy.tsx';
import { Navigation } from './parts/navigation.tsx';
import { Notices } from './parts/notices.tsx';
import { SignInDialog, SignInForm } from './parts/sign-in.tsx';
import { TroubleBar } from './parts/trouble-bar.tsx';
import { publishAsked } from './publish/ask.ts';
import { t } from './texts/text.ts';

const SharePage = lazy(async () => (await import('./share/share-page.tsx')).SharePage);
const ActDialogs = lazy(async () => (await import('./act/act-dialogs.tsx')).ActDialogs);
const PublishDialog = lazy(async () => (await import('./publish/compose/publish-dialog.tsx')).PublishDialog);
/** What a link shows needs no token, and has nothing of the gallery beside it. */
const isVisit = (): boolean => page.value === 'share' && place.value.path[1] !== undefined;

/** Pages beside the gallery, each a file of its own that is loaded when it is first shown. */
const pages: Readonly<Record<string, ComponentType>> = {
  calendar: lazy(async () => (await import('./calendar/calendar-page.tsx')).CalendarPage),
  compare: lazy(async () => (await import('./compare/compare-page.tsx')).ComparePage),
  collections: lazy(async () => (await import('./collections/collections-page.tsx')).CollectionsPage),
  duplicates: lazy(async () => (await import('./duplicates/duplicates-page.tsx')).DuplicatesPage),
  share: SharePage,
  studio: lazy(async () => (await import('./studio/studio-page.tsx')).StudioPage),
  publish: lazy(async () => (await import('./publish/publish-page.tsx')).PublishPage),
  queue: lazy(async () => (await import('./queue/queue-page.tsx')).QueuePage),
  cull: lazy(async () => (await import('./cull/cull-page.tsx')).CullPage),
  duel: lazy(async () => (await import('./duel/duel-page.tsx')).DuelPage),
  figures: lazy(async () => (await import('./figures/figures-page.tsx')).FiguresPage),
  kiosk: lazy(async () => (await import('./show/kiosk-page.tsx')).KioskPage),
  artist: lazy(async () => (await import('./artist/artist-page.tsx')).ArtistPage),
  training: lazy(async () => (await import('./training/training-page.tsx')).TrainingPage),
  health: lazy(async () => (await import('./health/health-page.tsx')).HealthPage),
  map: lazy(async () => (await import('./map/map-page.tsx')).MapPage),
  settings: lazy(async () => (await import('./settings/settings-page.tsx')).SettingsPage),
  slideshow: lazy(async () => (await import('./show/slideshow-page.tsx')).SlideshowPage),
};

/** Pages that leave the whole window to pictures. */
const bare: ReadonlySet<string> = new Set(['cull', 'kiosk', 'slideshow']);

export function App() {
  useLayoutEffect(
    () =>
      handleKeys({
        help: () => {
          isKeysShown.value = true;
        },
      }),
    [],
  );
  if (isVisit())
    return (
      <div id="content" class="h-full">
        <SharePage />
        <Notices />
      </div>
    );
  return (
    <div class="flex h-full flex-col md:flex-row">
      <a href="#content" class="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-raised focus:p-3">
        {t('app.skip')}
      </a>
      {!bare.has(page.value) && <Navigation />}
      <div id="content" class="relative flex min-h-0 min-w-0 flex-1 flex-col">
        {page.value !== 'kiosk' && <TroubleBar />}
        {/* An open work covers this box, and not what is wrong. */}
        <div class="relative flex min-h-0 flex-1 flex-col">
          <Shown />
        </div>
      </div>
      <SignInDialog />
      <AccountDialog />
      {actDialog.value && <ActDialogs />}
      {publishAsked.value && <PublishDialog />}
      <KeysOverlay />
      <Notices />
    </div>
  );
}

function Shown() {
  if (session.value === undefined) return <p class="p-8 text-muted">{t('common.loading')}</p>;
  if (session.value.scope === null) return <Closed />;
  const isGallery = page.value === '' || page.value === 'works';
  const Other = pages[page.value] ?? (isGallery ? undefined : NotFoundPage);
  // The gallery stays in the document, so that "back" finds it as it was.
  return (
    <>
      <GalleryPage isShown={Other === undefined} />
      {Other && (
        <main class="relative min-h-0 flex-1 overflow-y-auto">
          <Other />
        </main>
      )}
    </>
  );
}

function Closed() {
  return (
    <main class="mx-auto flex max-w-lg flex-col gap-4 p-8">
      <h1 class="text-xl font-semibold">{t('session.needed')}</h1>
      <SignInForm onDone={() => undefined} />
    </main>
  );
}
