import type { Registry } from 'prom-client';
import type { HomeFigures } from './home-figures.ts';
import { cumulated, type Family, familiesOf } from './metric-families.ts';

/** Metrics in the text format of Prometheus, version 0.0.4. */
export interface MetricsPage {
  contentType: string;
  text: string;
}

type PromClient = typeof import('prom-client');

/** Loads prom-client on demand: most processes serve no metrics. */
export const loadPromClient = (): Promise<PromClient> => import('prom-client').then((module) => module.default ?? module);

function register({ Counter, Gauge, Histogram }: PromClient, registry: Registry, { name, help, type, samples, histogram }: Family): void {
  const labelNames = Object.keys(samples[0]?.labels ?? {});
  const common = { name, help, labelNames, registers: [registry] };
  if (type === 'gauge') {
    const gauge = new Gauge(common);
    for (const { labels = {}, value } of samples) gauge.set(labels, value);
  } else if (type === 'counter') {
    const counter = new Counter(common);
    for (const { labels = {}, value } of samples) counter.inc(labels, value);
  } else if (histogram) {
    const { count, sum } = histogram;
    const classes = cumulated(histogram);
    const values = [
      ...classes.map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { le }, value })),
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    // observe() would need every single value, but only counts and sums are stored.
    const metric = new Histogram({ ...common, buckets: [1] });
    const kept = async () => ({ name, help, type: 'histogram', values, aggregator: 'sum' });
    Object.assign(metric, { get: kept, getForPromString: kept });
  }
}

/** Makes the page from the figures of the home; `further` has live metrics of this process. */
export async function metricsPage(figures: HomeFigures, version: string, further: readonly Registry[] = []): Promise<MetricsPage> {
  const prom = await loadPromClient();
  const registry = new prom.Registry();
  const about: Family = {
    name: 'ai_artist_build_info',
    help: 'Version of ai-artist and of Node',
    type: 'gauge',
    samples: [{ labels: { version, node: process.version }, value: 1 }],
  };
  for (const family of [about, ...familiesOf(figures)]) register(prom, registry, family);
  const texts = [await registry.metrics(), ...(await Promise.all(further.map((one) => one.metrics())))];
  // prom-client writes "Nan" for a missing number (such as an event-loop lag not yet measured); the format requires "NaN".
  return { contentType: registry.contentType, text: texts.join('').replace(/ Nan$/gm, ' NaN') };
}

/** Memory, CPU time and event loop of this process, under the metric names that common Node dashboards use. */
export async function processMetrics(): Promise<Registry> {
  const prom = await loadPromClient();
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  return registry;
}
