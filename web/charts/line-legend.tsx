import { type Line, lookOf } from './line.ts';

interface LegendProps {
  lines: readonly Line[];
  /** Of each line. */
  values: readonly string[];
  hidden: readonly number[];
  onToggle: (index: number) => void;
}

/** Names the lines, tells the value of each, and shows or hides them where there are several. */
export function LineLegend({ lines, values, hidden, onToggle }: LegendProps) {
  return (
    <ul class="flex min-w-0 flex-wrap gap-x-4">
      {lines.map(({ label, isSparse = false }, index) => (
        <li key={label} class="flex min-h-8 min-w-0 items-center gap-1.5">
          {lines.length === 1 ? (
            <Name label={label} index={index} isSparse={isSparse} />
          ) : (
            <button
              type="button"
              class={`inline-flex min-h-6 min-w-0 items-center gap-1.5 rounded hover:bg-sunken ${hidden.includes(index) ? 'line-through' : ''}`}
              aria-pressed={!hidden.includes(index)}
              onClick={() => onToggle(index)}
            >
              <Name label={label} index={index} isSparse={isSparse} />
            </button>
          )}
          <span class="min-w-[7ch] tabular-nums">{values[index]}</span>
        </li>
      ))}
    </ul>
  );
}

function Name({ label, index, isSparse }: { label: string; index: number; isSparse: boolean }) {
  const { stroke, fill, dash } = lookOf(index);
  return (
    <>
      <svg width="22" height="10" aria-hidden="true" class="shrink-0">
        <line class={stroke} stroke-width="2" stroke-dasharray={dash} x1="0" x2="22" y1="5" y2="5" />
        {isSparse && <circle class={fill} cx="11" cy="5" r="3.5" />}
      </svg>
      <span class="min-w-0 break-words text-left text-muted" dir="auto">
        {label}
      </span>
    </>
  );
}
