import { aiMarkLines } from '../../lib/image/ai-mark.ts';

/** Icons of 24 x 24, drawn with lines. They are always beside a text or a label. */
const paths = {
  madeByAi: aiMarkLines,
  heart: 'M12 20s-7-4.6-9-9a5 5 0 0 1 9-4 5 5 0 0 1 9 4c-2 4.4-9 9-9 9z',
  check: 'M4 12l5 5L20 6',
  cross: 'M5 5l14 14M19 5L5 19',
  hidden: 'M3 3l18 18M10 6a10 10 0 0 1 11 6 14 14 0 0 1-3 4M6 8a14 14 0 0 0-3 4 10 10 0 0 0 12 5',
  star: 'M12 3l2.8 5.8 6.2.9-4.5 4.4 1 6.3L12 17.4 6.5 20.4l1-6.3L3 9.7l6.2-.9z',
  search: 'M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.5',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  menu: 'M4 7h16M4 12h16M4 17h16',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  brush: 'M4 20c3 0 5-1 5-4a3 3 0 0 0-3-3c-2 0-3 2-2 7zM9 14L20 3l1 1-11 11',
  queue: 'M4 6h16M4 12h16M4 18h9',
  artist: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 8 0 0 1 16 0',
  publish: 'M3 11l18-8-7 18-4-7zM10 14l11-11',
  training: 'M4 19h16M5 16l4-6 4 3 6-9',
  figures: 'M5 20V10M12 20V4M19 20v-7',
  settings: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2 2M16.4 16.4l2 2M18.4 5.6l-2 2M7.6 16.4l-2 2',
  more: 'M4 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0zM11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0zM18 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0z',
  account: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM6.5 19a6 6 0 0 1 11 0',
  health: 'M3 12h4l3-7 4 14 3-7h4',
  map: 'M9 4L3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14',
  warning: 'M12 4L2.5 20h19zM12 10v5M12 17.5v.5',
  exclude: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12h8',
  filter: 'M3 5h18M6 12h12M10 19h4',
  meaning: 'M12 3l2 7 7 2-7 2-2 7-2-7-7-2 7-2z',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  alike: 'M4 4h10v10H4zM10 18v2h10V10h-2',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  list: 'M4 6h2M4 12h2M4 18h2M10 6h10M10 12h10M10 18h10',
  wall: 'M3 3h8v8H3zM11 3h10v8H11zM3 11h10v10H3zM13 11h8v10h-8z',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  shuffle: 'M4 7h3l9 10h4M17 14l3 3-3 3M4 17h3l3-3.5M13 10l3-3h4M17 4l3 3-3 3',
  select: 'M4 4h16v16H4zM8 12l3 3 5-6',
  history: 'M4 5v5h5M4.5 10a8 8 0 1 1-.5 4M12 8v4l3 2',
  tag: 'M4 4h8l8 8-8 8-8-8zM8 8h.01',
  collection: 'M4 8h16v12H4zM6 5h12M8 2h8',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  swap: 'M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4',
  pencil: 'M4 20l1-5L16 4l4 4L9 19z',
  eraser: 'M8 20h12M4 15L14 5l6 6-9 9H8z',
  undo: 'M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  redo: 'M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h3',
  up: 'M12 20V5M6 11l6-6 6 6',
  down: 'M12 4v15M6 13l6 6 6-6',
  first: 'M5 4h14M12 21V9M6 15l6-6 6 6',
  keys: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  compare: 'M12 3v18M4 6h5v12H4M20 6h-5v12h5',
  full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  stack: 'M4 9h11v11H4zM9 9V4h11v11h-5',
  pixels: 'M4 4h6v6H4zM14 14h6v6h-6zM14 4h6v6h-6zM4 14h6v6H4z',
  play: 'M7 4l13 8-13 8z',
  pause: 'M8 5v14M16 5v14',
  skip: 'M5 5l9 7-9 7zM19 5v14',
  fill: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  look: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20, filled = false }: { name: IconName; size?: number; filled?: boolean }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
      class="shrink-0"
    >
      <path d={paths[name]} />
    </svg>
  );
}
