import { Icon, type IconName } from '../parts/icon.tsx';

interface IconLinkProps {
  href: string;
  icon: IconName;
  label: string;
  rel?: 'prev' | 'next';
  /** What the script makes of it: another work in place of this one, or a step back. */
  move?: 'replace' | 'back';
  isDownload?: boolean;
}

/** A link that shows only an icon: buttons would do nothing without scripts. */
export function IconLink({ href, icon, label, rel, move, isDownload = false }: IconLinkProps) {
  return (
    <a
      href={href}
      {...(rel && { rel })}
      {...(move && { 'data-move': move })}
      {...(isDownload && { download: true })}
      aria-label={label}
      title={label}
      class="inline-grid min-h-9 min-w-9 place-items-center rounded-md hover:bg-sunken"
    >
      <Icon name={icon} />
    </a>
  );
}
