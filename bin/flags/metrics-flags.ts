import path from 'node:path';
import type { Registry } from 'prom-client';
import { configPath } from '../../lib/config/index.ts';
import { ArtistError, errorLine, writeOutput } from '../../lib/core/index.ts';
import { FiguresReader, type MetricsPage, metricsPage, processMetrics, serveMetrics } from '../../lib/service/index.ts';
import { packageVersion } from '../shell/package-version.ts';
import type { Context } from '../shell/run.ts';
import { openGallery } from '../shell/settings.ts';
import { number, text } from './flags.ts';

const group = 'Metrics';

export const metricsFlags = {
  'metrics-port': number('Serve /metrics for Prometheus, and /healthz, on this port; 0: any free one', group),
  'metrics-host': text('Address to serve them on. Default: 127.0.0.1, this machine alone', group),
  'metrics-file': text('Write the metrics into this file every minute: FILE.prom, for the textfile collector of node-exporter', group),
} as const;

/** Where the metrics of a process go. */
export interface MetricsPlaces {
  port?: number | undefined;
  host?: string | undefined;
  file?: string | undefined;
}

export interface MetricsSource {
  /** Address of the queue that it uses; undefined: none, or that of the home. */
  queue: string | undefined;
  /** Of the queue in a Redis; undefined: that of the home. */
  queueName?: string | undefined;
  /** undefined: all is well. */
  health: () => Promise<string | undefined>;
  /** Of this process alone. */
  further?: readonly Registry[];
}

const fileEveryMs = 60_000;

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

export const isWanted = ({ port, file }: MetricsPlaces): boolean => port !== undefined || file !== undefined;

function checkFile(file: string): void {
  if (!file.endsWith('.prom'))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `--metrics-file: expected a name that ends in .prom, which node-exporter reads, got ${JSON.stringify(path.basename(file))}`,
    );
}

/** Serves and writes the metrics until the returned function is called. Does nothing where no place is wanted. */
export async function startMetrics(places: MetricsPlaces, source: MetricsSource, context: Context): Promise<() => Promise<void>> {
  const { port, host, file } = places;
  if (!isWanted(places)) return async () => undefined;
  if (file !== undefined) checkFile(file);
  const { home, note, log } = context;
  const reader = new FiguresReader({ home, gallery: await openGallery(context), queue: source.queue, queueName: source.queueName });
  const own = await processMetrics();
  let told = '';
  const page = async (further: readonly Registry[]): Promise<MetricsPage> => {
    const figures = await reader.read();
    const problems = figures.problems.map(({ part, code, message }) => `${part}: ${code}: ${message}`).join('; ');
    // The same trouble comes with every scrape while it lasts.
    if (problems !== '' && problems !== told) log.warn(`metrics: some figures cannot be read: ${problems}`);
    told = problems;
    return metricsPage(figures, packageVersion(), further);
  };
  const ends: (() => Promise<unknown>)[] = [];
  if (port !== undefined) {
    const server = await serveMetrics({
      port,
      ...(host !== undefined && { host }),
      page: () => page([...(source.further ?? []), own]),
      health: source.health,
      onTrouble: (error) => log.warn(`metrics: ${errorLine(error)}`),
    });
    ends.push(() => server.close());
    note(`metrics: ${server.url}/metrics`);
  }
  if (file !== undefined)
    ends.push(
      writeEveryMinute(
        file,
        () => page(source.further ?? []),
        (line) => log.warn(line),
      ),
    );
  return async () => {
    for (const end of ends) await end();
    reader.close();
  };
}

function writeEveryMinute(file: string, page: () => Promise<MetricsPage>, warn: (line: string) => void): () => Promise<void> {
  let failing = false;
  const write = async (): Promise<void> => {
    try {
      await writeOutput(file, (await page()).text, { overwrite: false, begins: /^(# (HELP|TYPE) ai_artist_|$)/ });
      failing = false;
    } catch (error) {
      if (!failing) warn(`metrics: the file cannot be written for the moment: ${errorLine(error)}`);
      failing = true;
    }
  };
  let writing = write();
  const timer = setInterval(() => {
    writing = writing.then(write);
  }, fileEveryMs).unref();
  return async () => {
    clearInterval(timer);
    // Once more: the last works, and that nothing runs now.
    await writing.then(write);
  };
}
