/** A few numbers that say most, above the charts. */
export function Tiles({ tiles }: { tiles: readonly { label: string; value: string; about?: string }[] }) {
  return (
    <dl class="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(10rem,1fr))]">
      {tiles.map(({ label, value, about }) => (
        <div key={label} class="flex flex-col rounded-lg border border-line bg-raised p-3">
          <dt class="text-sm text-muted">{label}</dt>
          <dd class="text-2xl tabular-nums">{value}</dd>
          {about && <dd class="text-xs text-muted">{about}</dd>}
        </div>
      ))}
    </dl>
  );
}
