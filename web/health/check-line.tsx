import { Icon, type IconName } from '../parts/icon.tsx';
import { t } from '../texts/text.ts';
import { type HealthCheck, type HealthState, saidOf } from './said.ts';

const marks: Readonly<Record<HealthState, { icon: IconName; look: string }>> = {
  good: { icon: 'check', look: 'text-good' },
  warning: { icon: 'warning', look: 'text-accent' },
  bad: { icon: 'exclude', look: 'text-bad' },
};

/** One finding: its state by icon and word, what it means, what to do. */
export function CheckLine({ check }: { check: HealthCheck }) {
  const { part, state, meaning, advice } = saidOf(check);
  const { icon, look } = marks[check.state];
  return (
    <li
      class="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4 gap-y-1 border-t border-line py-3 first:border-t-0 sm:grid-cols-[6.5rem_7rem_minmax(0,1fr)]"
      data-part={check.part}
      data-state={check.state}
    >
      <span class={`flex items-center gap-2 self-start text-sm font-medium ${look}`}>
        <Icon name={icon} size={18} />
        {state}
      </span>
      <h3 class="text-sm font-semibold">{part}</h3>
      <div class="col-span-2 flex min-w-0 flex-col gap-1 text-sm sm:col-span-1">
        <p class="break-words" dir="auto">
          {meaning}
        </p>
        {advice && (
          <p class="break-words">
            <span class="font-medium">{t('health.toDo')}</span> {advice}
          </p>
        )}
        <Details lines={check.details} isOpen={check.state !== 'good'} />
      </div>
    </li>
  );
}

function Details({ lines, isOpen }: { lines: readonly string[]; isOpen: boolean }) {
  if (lines.length === 0) return null;
  return (
    <details open={isOpen}>
      <summary class="min-h-6 w-fit cursor-pointer py-0.5 text-muted hover:text-ink">{t('health.details', { n: lines.length })}</summary>
      <ul class="mt-1 flex flex-col gap-1 rounded-md bg-sunken p-2 font-mono text-xs">
        {lines.map((line, index) => (
          <li key={index} class="break-all" dir="auto">
            {line}
          </li>
        ))}
      </ul>
    </details>
  );
}
