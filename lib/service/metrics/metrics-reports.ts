/** Serves and writes the metrics of a process for as long as it runs. */
import path from 'node:path';
import type { Registry } from 'prom-client';
import { ArtistError, errorLine, packageVersion, writeOutput } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { FiguresReader } from './home-figures.ts';
import { type MetricsPage, metricsPage, processMetrics } from './metrics-page.ts';
import { serveMetrics } from './metrics-server.ts';

/** Where the metrics of a process go. */
export interface MetricsPlaces {
  /** Of /metrics and /healthz; 0: any free one. */
  port?: number | undefined;
  /** Default: 127.0.0.1, this machine alone. */
  host?: string | undefined;
  /** Written every minute: FILE.prom, for the textfile collector of node-exporter. */
  file?: string | undefined;
}

export interface MetricsOptions {
  home: string;
  gallery: Gallery;
  /** Address of the queue that it uses; undefined: none, or that of the home. */
  queue: string | undefined;
  /** Of the queue in a Redis; undefined: that of the home. */
  queueName?: string | undefined;
  /** What is wrong with this process; undefined: all is well. */
  health: () => Promise<string | undefined>;
  /** Metrics of this process alone. */
  further?: readonly Registry[];
  /** Told what could not be read, served or written, once while it lasts. */
  warn: (line: string) => void;
}

export interface MetricsReports {
  /** Base address of /metrics and /healthz; undefined: nothing is served. */
  readonly url: string | undefined;
  /** Ends them; the file is written once more. */
  stop(): Promise<void>;
}

const fileEveryMs = 60_000;

/** Whether metrics go anywhere. */
export const areMetricsWanted = ({ port, file }: MetricsPlaces): boolean => port !== undefined || file !== undefined;

function checkFile(file: string): void {
  if (!file.endsWith('.prom'))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `metricsFile: expected a name that ends in .prom, which node-exporter reads, got ${JSON.stringify(path.basename(file))}`,
    );
}

/**
 * Serves and writes the metrics until stop(). Does nothing where no place is wanted.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: the file; and every error of serveMetrics()
 */
export async function startMetrics({ port, host, file }: MetricsPlaces, options: MetricsOptions): Promise<MetricsReports> {
  if (!areMetricsWanted({ port, file })) return { url: undefined, stop: async () => undefined };
  if (file !== undefined) checkFile(file);
  const { home, gallery, queue, queueName, further = [], warn } = options;
  const reader = new FiguresReader({ home, gallery, queue, queueName });
  const own = await processMetrics();
  let told = '';
  const page = async (registries: readonly Registry[]): Promise<MetricsPage> => {
    const figures = await reader.read();
    const problems = figures.problems.map(({ part, code, message }) => `${part}: ${code}: ${message}`).join('; ');
    // The same trouble comes with every scrape while it lasts.
    if (problems !== '' && problems !== told) warn(`metrics: some figures cannot be read: ${problems}`);
    told = problems;
    return metricsPage(figures, packageVersion(), registries);
  };
  const server =
    port === undefined
      ? undefined
      : await serveMetrics({
          port,
          ...(host !== undefined && { host }),
          page: () => page([...further, own]),
          health: options.health,
          onTrouble: (error) => warn(`metrics: ${errorLine(error)}`),
        });
  const endFile = file === undefined ? undefined : writeEveryMinute(file, () => page(further), warn);
  return {
    url: server?.url,
    stop: async () => {
      await server?.close();
      await endFile?.();
      reader.close();
    },
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
