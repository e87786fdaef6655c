import { Icon } from '../parts/icon.tsx';
import { px } from '../parts/px.ts';
import { t } from '../texts/text.ts';
import { isGroupChosen, toggleGroup } from './selection.ts';

interface GroupHeaderProps {
  label: string;
  /** Index of its first work, and the groups of all works. */
  first: number;
  groups: Uint16Array;
  top: number;
  height: number;
  hasActions: boolean;
}

/** Works of a group stand together. */
function endOf(groups: Uint16Array, first: number): number {
  let end = first;
  while (end < groups.length && groups[end] === groups[first]) end += 1;
  return end;
}

/** A day or a month, with a box that chooses all its works. */
export function GroupHeader({ label, first, groups, top, height, hasActions }: GroupHeaderProps) {
  return (
    <div class="group/header absolute flex items-end gap-1 px-1 pb-1" style={{ transform: `translateY(${top}px)`, height: px(height) }}>
      <h2 class="text-sm font-semibold text-muted">{label}</h2>
      {hasActions && <GroupBox label={label} first={first} groups={groups} />}
    </div>
  );
}

function GroupBox({ label, first, groups }: Pick<GroupHeaderProps, 'label' | 'first' | 'groups'>) {
  const isOn = isGroupChosen(first, endOf(groups, first));
  return (
    // biome-ignore lint/a11y/useSemanticElements: it looks as the boxes of the tiles do
    <button
      type="button"
      role="checkbox"
      aria-checked={isOn}
      aria-label={t('select.group', { label })}
      class={`grid size-6 place-items-center rounded-full border-2 ${isOn ? 'border-accent bg-accent text-on-accent' : 'border-muted text-transparent opacity-0 group-hover/header:opacity-100 focus-visible:opacity-100 group-data-selecting/grid:opacity-100'}`}
      onClick={() => toggleGroup(first, endOf(groups, first))}
    >
      <Icon name="check" size={12} />
    </button>
  );
}
