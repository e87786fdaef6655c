import { addressOf } from '../api/client.ts';
import { type FullWork, pictureOf, type WorkRow } from '../api/works.ts';
import { copy } from '../browser/clipboard.ts';
import { saveFrom, saveText } from '../browser/save-file.ts';
import { hrefOf, navigate } from '../navigate/router.ts';
import { Menu, type MenuItem } from '../parts/menu.tsx';
import { askToPublish, isPublishOffered } from '../publish/ask.ts';
import { t } from '../texts/text.ts';
import { paintVariations } from './repaint/variations.ts';

const recipeText = (work: FullWork): string => JSON.stringify(work.recipe, undefined, 2);

/** What of a work can be saved as a file. */
export function DownloadMenu({ row, work }: { row: WorkRow; work: FullWork | undefined }) {
  const items: MenuItem[] = [
    { label: t('view.saveOriginal'), icon: 'download', onChoose: () => saveFrom(`${pictureOf(row)}&download=true`) },
    {
      label: t('view.saveWeb'),
      onChoose: () => saveFrom(addressOf(`works/${row.id}/thumbnail`, { width: 1280, v: row.version, download: true })),
    },
    {
      label: t('view.savePicture'),
      onChoose: () => saveFrom(addressOf(`works/${row.id}/image`, { recipe: false, download: true })),
    },
  ];
  if (work?.recipe)
    items.push({ label: t('view.saveRecipe'), onChoose: () => saveText(recipeText(work), `${row.id}.json`, 'application/json') });
  const infotext = work?.infotext;
  if (infotext) items.push({ label: t('view.saveInfotext'), onChoose: () => saveText(infotext, `${row.id}.txt`) });
  return <Menu label={t('work.download')} icon="download" items={items} />;
}

interface MoreProps {
  row: WorkRow;
  work: FullWork | undefined;
  /** Ids of the works before and after this one. */
  newer: string | undefined;
  older: string | undefined;
  onWhy: (() => void) | undefined;
  onHide: () => void;
  onReproduce: () => void;
  onFull: (() => void) | undefined;
}

export const compareHref = (a: string, b: string | undefined): string => hrefOf('compare', { a, b });

/** What else can be done with a work. */
export function MoreMenu({ row, work, newer, older, onWhy, onHide, onReproduce, onFull }: MoreProps) {
  const items: MenuItem[] = [];
  if (onWhy) items.push({ label: t('why.title'), icon: 'figures', onChoose: onWhy });
  if (work?.recipe)
    items.push(
      { label: t('repaint.remix'), icon: 'brush', onChoose: () => navigate(hrefOf('studio', { work: row.id })) },
      { label: t('repaint.variations'), icon: 'stack', onChoose: () => paintVariations(row.id) },
      { label: t('repaint.reproduce'), icon: 'history', onChoose: onReproduce },
    );
  if (older !== undefined)
    items.push({ label: t('compare.withOlder'), icon: 'compare', onChoose: () => navigate(compareHref(row.id, older)) });
  if (newer !== undefined)
    items.push({ label: t('compare.withNewer'), icon: 'compare', onChoose: () => navigate(compareHref(row.id, newer)) });
  items.push({ label: t('compare.withOther'), icon: 'compare', onChoose: () => navigate(compareHref(row.id, undefined)) });
  items.push({ label: t(row.hidden ? 'act.unhide' : 'act.hide'), icon: row.hidden ? 'look' : 'hidden', onChoose: onHide });
  if (isPublishOffered()) items.push({ label: t('publish.ask'), icon: 'publish', onChoose: () => askToPublish([row.id]) });
  const prompt = work?.prompt;
  if (prompt) items.push({ label: t('view.copyPrompt'), icon: 'copy', onChoose: () => copy(prompt) });
  const infotext = work?.infotext;
  if (infotext) items.push({ label: t('view.copyInfotext'), icon: 'copy', onChoose: () => copy(infotext) });
  if (work?.recipe) items.push({ label: t('view.copyRecipe'), icon: 'copy', onChoose: () => copy(recipeText(work)) });
  if (onFull) items.push({ label: t('view.full'), icon: 'full', onChoose: onFull });
  return <Menu label={t('select.more')} icon="more" items={items} />;
}
