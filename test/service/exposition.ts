/** A strict parser of the Prometheus text format, version 0.0.4: every deviation is an error. */
export interface Metric {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:\\[\\"n]|[^\\"\n])*",?)*)\})? (\S+)$/;

function numberOf(text: string): number {
  if (text === '+Inf' || text === '-Inf') return text === '+Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (text === 'NaN') return Number.NaN;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}

/** @throws Error with the line that is wrong */
export function parseExposition(text: string): Map<string, Metric> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const metrics = new Map<string, Metric>();
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const metric = metrics.get(name) ?? { type: '', help: '', samples: [] };
      if (kind === 'TYPE' && metric.type !== '') throw new Error(`twice: ${line}`);
      if (kind === 'TYPE') metric.type = rest;
      else metric.help = rest;
      metrics.set(name, metric);
      continue;
    }
    const [, sample = '', labelText = '', value = ''] = sampleLine.exec(line) ?? [];
    if (sample === '') throw new Error(`no sample: ${line}`);
    const family = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ''));
    if (!family || family.type === '' || family.help === '') throw new Error(`without HELP and TYPE: ${line}`);
    const labels = Object.fromEntries(
      [...labelText.matchAll(/([a-zA-Z_]\w*)="((?:\\.|[^\\"])*)"/g)].map(([, key = '', text = '']) => [key, text]),
    );
    const key = `${sample} ${JSON.stringify(labels)}`;
    if (seen.has(key)) throw new Error(`twice: ${line}`);
    seen.add(key);
    family.samples.push({ name: sample, labels, value: numberOf(value) });
  }
  for (const [name, metric] of metrics) {
    // Some of Node's own metrics have no samples until something happens.
    if (metric.samples.length === 0 && name.startsWith('ai_artist_')) throw new Error(`${name}: no samples`);
    if (metric.samples.length > 0 && metric.type === 'histogram') checkHistogram(name, metric);
    if (metric.type === 'counter' && metric.samples.some(({ value }) => !(value >= 0))) throw new Error(`${name}: a counter below 0`);
  }
  return metrics;
}

function checkHistogram(name: string, { samples }: Metric): void {
  const groups = new Map<string, Metric['samples']>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const rises = (list: number[]): boolean => list.every((value, at) => at === 0 || value >= (list[at - 1] ?? 0));
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const ends = buckets.map(({ labels }) => numberOf(labels['le'] ?? ''));
    const counts = buckets.map(({ value }) => value);
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    if (!rises(ends) || !rises(counts) || ends.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== count)
      throw new Error(`${name}: no histogram`);
  }
}

/** The value of one sample; undefined: there is none. */
export function sampleOf(metrics: Map<string, Metric>, name: string, labels: Record<string, string> = {}): number | undefined {
  const family = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}
