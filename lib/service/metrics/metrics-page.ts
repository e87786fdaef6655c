import type { Registry } from 'prom-client';
import type { HomeFigures } from './home-figures.ts';
import { cumulated, type Family, familiesOf } from './metric-families.ts';

/** Metrics in the text format of Prometheus, version 0.0.4. */
export interface MetricsPage {
  contentType: string;
  text: string;
}

type PromClient = typeof import('prom-client');

/** Read when somebody wants metrics: most processes never do. */
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
    // Its own observe() would need every single value; the sums are what is kept.
    const metric = new Histogram({ ...common, buckets: [1] });
    const kept = async () => ({ name, help, type: 'histogram', values, aggregator: 'sum' });
    Object.assign(metric, { get: kept, getForPromString: kept });
  }
}

/** `further`: live metrics of this process. */
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
  // prom-client spells a value that is no number (the mean lag of an event loop not yet measured) "Nan"; the format has "NaN".
  return { contentType: registry.contentType, text: texts.join('').replace(/ Nan$/gm, ' NaN') };
}

/** Memory, processor time and event loop of this process, under the names that Node's dashboards know. */
export async function processMetrics(): Promise<Registry> {
  const prom = await loadPromClient();
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  return registry;
}
