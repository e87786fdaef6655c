import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { openDialog } from '../act/chosen-actions.ts';
import { SelectButtons } from '../act/select-buttons.tsx';
import type { Selection } from '../api/works.ts';
import { isNarrow } from '../browser/wide.ts';
import { isPanelOpen, setPanelOpen } from '../find/facets.ts';
import { SearchField } from '../find/search-field.tsx';
import { SearchHelp } from '../find/search-help.tsx';
import { ChoosePicture } from '../likeness/choose-picture.tsx';
import { hrefOf, setQuery } from '../navigate/router.ts';
import { IconButton, RowButton, rowLook } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { isNumber, readStored, store } from '../parts/storage.ts';
import { ViewMenu, viewItems } from '../review/view-menu.tsx';
import { t } from '../texts/text.ts';
import { ViewSwitch, view } from '../views/view.tsx';
import { askToSelect } from './selection.ts';
import { columns, selection } from './shown-works.ts';

/** Heights of a row between which the slider moves, pixels. */
const sizes = { least: 90, most: 480, usual: 220 };
export const rowHeight = signal(Math.min(sizes.most, Math.max(sizes.least, readStored('local', 'row height', isNumber) ?? sizes.usual)));

/** Filters, search, order, view and size of the pictures. On phones only filters and search; the rest is behind a button. */
export function Toolbar() {
  if (isNarrow.value) return <NarrowToolbar />;
  return (
    <div class="flex flex-wrap items-center gap-x-2 gap-y-2 border-b border-line px-3 py-2">
      <Finding />
      <span class="flex items-center">
        <SearchHelp />
        <ChoosePicture />
      </span>
      <Order />
      <a
        href={hrefOf('calendar', { q: selection.value.query })}
        class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
        aria-label={t('calendar.title')}
        title={t('calendar.title')}
      >
        <Icon name="calendar" />
      </a>
      <ViewSwitch />
      {view.value !== 'list' && <SizeSlider />}
      <Count look="text-sm" />
      <SelectButtons />
      <ViewMenu />
    </div>
  );
}

function NarrowToolbar() {
  const [isOpen, setOpen] = useState(false);
  return (
    <div class="flex flex-wrap items-center gap-1 border-b border-line px-2 pt-2 pb-1">
      <Finding />
      <IconButton icon="more" label={t('works.menu')} onClick={() => setOpen(true)} />
      <Count look="basis-full px-1 text-xs" />
      {isOpen && <GalleryMenu onClose={() => setOpen(false)} />}
    </div>
  );
}

function Finding() {
  return (
    <div class="flex min-w-0 flex-1 items-center gap-1">
      <IconButton icon="filter" label={t('find.filters')} isPressed={isPanelOpen.value} onClick={() => setPanelOpen(!isPanelOpen.value)} />
      <SearchField />
    </div>
  );
}

function Count({ look }: { look: string }) {
  return (
    <p class={`text-muted ${look}`} aria-live="polite">
      {columns.value && t('works.count', { n: columns.value.total })}
    </p>
  );
}

/** What wider screens have in the toolbar itself. */
function GalleryMenu({ onClose }: { onClose: () => void }) {
  const closing = (act: () => void) => (): void => {
    onClose();
    act();
  };
  return (
    <Dialog title={t('works.menu')} onClose={onClose}>
      <div class="mb-3 flex flex-wrap items-center gap-3">
        <Order />
        <ViewSwitch />
        {view.value !== 'list' && <SizeSlider />}
      </div>
      <RowButton icon="select" label={t('select.start')} onClick={closing(askToSelect)} />
      <RowButton icon="history" label={t('act.history')} onClick={closing(() => openDialog('history'))} />
      <a class={rowLook} href={hrefOf('calendar', { q: selection.value.query })} onClick={onClose}>
        <Icon name="calendar" size={18} />
        {t('calendar.title')}
      </a>
      {viewItems().map(({ label, icon = 'look', onChoose }) => (
        <RowButton key={label} icon={icon} label={label} onClick={closing(onChoose)} />
      ))}
      <ChoosePicture Trigger={RowButton} onChosen={onClose} />
      <SearchHelp Trigger={RowButton} />
    </Dialog>
  );
}

const orders = ['newest', 'oldest', 'rating', 'random'] as const satisfies readonly Selection['sort'][];

/** Works that are like something have an order of their own. */
function Order() {
  const { sort, like } = selection.value;
  if (like) return <p class="text-sm">{t('like.mostAlike')}</p>;
  const choose = (chosen: string): void =>
    setQuery({
      sort: chosen === 'newest' ? undefined : chosen,
      seed: chosen === 'random' ? String(Math.floor(Math.random() * 1e6)) : undefined,
    });
  return (
    <span class="flex items-center gap-1">
      <select
        aria-label={t('works.sort')}
        class="rounded-md border border-line bg-raised px-2 py-2 text-sm"
        value={sort}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {orders.map((one) => (
          <option key={one} value={one}>
            {t(`works.sort.${one}`)}
          </option>
        ))}
      </select>
      {sort === 'random' && <IconButton icon="shuffle" label={t('works.shuffle')} onClick={() => choose('random')} />}
    </span>
  );
}

function SizeSlider() {
  return (
    <input
      type="range"
      aria-label={t('works.size')}
      min={sizes.least}
      max={sizes.most}
      value={rowHeight.value}
      class="w-28 accent-accent"
      onInput={(event) => {
        rowHeight.value = Number(event.currentTarget.value);
      }}
      onChange={() => store('local', 'row height', rowHeight.value)}
    />
  );
}
