import path from 'node:path';
import { configPath } from '../../lib/config/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { type MetricsOptions, type MetricsPlaces, type MetricsReports, startMetrics as start } from '../../lib/service/index.ts';
import type { Context } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';
import { number, text } from './flags.ts';

const group = 'Metrics';

export const metricsFlags = {
  'metrics-port': number('Serve /metrics for Prometheus, and /healthz, on this port; 0: any free one', group),
  'metrics-host': text('Address to serve them on. Default: 127.0.0.1, this machine only', group),
  'metrics-file': text('Write the metrics to this file every minute: FILE.prom, for the textfile collector of node-exporter', group),
} as const;

/** From the flags alone. */
export function placesOf(values: { [K in keyof typeof metricsFlags]?: number | string | undefined }): MetricsPlaces {
  const { 'metrics-port': port, 'metrics-host': host, 'metrics-file': file } = values;
  if (host !== undefined && port === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--metrics-host: expected --metrics-port with it');
  return {
    port: port as number | undefined,
    host: host as string | undefined,
    file: file === undefined ? undefined : path.resolve(String(file)),
  };
}

/** Flags, else the settings `metrics`. */
export async function placesOrSettings(
  values: Parameters<typeof placesOf>[0],
  { config, home }: Pick<Context, 'config' | 'home'>,
): Promise<MetricsPlaces> {
  const { port, host, file } = (await config()).config.metrics;
  const given = placesOf({ ...values, 'metrics-port': values['metrics-port'] ?? port });
  return { port: given.port, host: given.host ?? host, file: given.file ?? (file === undefined ? undefined : configPath(file, home)) };
}

/** Calls startMetrics() of lib and prints where it serves the metrics. */
export async function startMetrics(
  places: MetricsPlaces,
  source: Pick<MetricsOptions, 'queue' | 'queueName' | 'health' | 'further'>,
  context: Context,
): Promise<MetricsReports> {
  const { home, note, log } = context;
  const gallery = await openGallery(context);
  const reports = await start(places, { ...source, home, gallery, warn: (line) => log.warn(line) });
  if (reports.url !== undefined) note(`metrics: ${reports.url}/metrics`);
  return reports;
}
