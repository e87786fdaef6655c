import { numberText } from '../texts/text.ts';

interface ProgressBarProps {
  value: number;
  max?: number;
  label: string;
}

/** A bar; screen readers hear its value, and the words beside it at rest. */
export function ProgressBar({ value, max = 1, label }: ProgressBarProps) {
  return (
    <progress
      class="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      max={max}
      value={value}
      aria-label={label}
    >
      {numberText((value / max) * 100)} %
    </progress>
  );
}
