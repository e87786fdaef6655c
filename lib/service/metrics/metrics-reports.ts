/** Serves and writes the metrics of a process while it runs. */
import path from 'node:path';
import type { Registry } from 'prom-client';
import { ArtistError, errorLine, packageVersion, writeOutput } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { FiguresReader } from './home-figures.ts';
import { type MetricsPage, metricsPage, processMetrics } from './metrics-page.ts';
import { serveMetrics } from './metrics-server.ts';

/** Where the metrics of a process go. */
export interface MetricsPlaces {
  /** Port of /metrics and /healthz; 0: any free port. */
  port?: number | undefined;
  /** Address to listen on. Default: 127.0.0.1, reachable only from this machine. */
  host?: string | undefined;
  /** File for node-exporter's textfile collector, written every minute. Its name must end in .prom. */
  file?: string | undefined;
}

export interface MetricsOptions {
  home: string;
  gallery: Gallery;
  /** Address of the queue in use; undefined: the queue of the home, if there is one. */
  queue: string | undefined;
  /** Name of the queue in Redis; undefined: that of the home. */
  queueName?: string | undefined;
  /** Describes what is wrong with this process; undefined: healthy. */
  health: () => Promise<string | undefined>;
  /** Further metrics of this process. */
  further?: readonly Registry[];
  /** Called when something cannot be read, served or written; once while the problem lasts. */
  warn: (line: string) => void;
}

export interface MetricsReports {
  /** Base URL of /metrics and /healthz; undefined: no server runs. */
  readonly url: string | undefined;
  /** Stops the server and writes the file once more. */
  stop(): Promise<void>;
}

const fileEveryMs = 60_000;

/** Whether metrics are to be served or written. */
export const areMetricsWanted = ({ port, file }: MetricsPlaces): boolean => port !== undefined || file !== undefined;

function checkFile(file: string): void {
  if (!file.endsWith('.prom'))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `metricsFile: expected a name that ends in .prom, which node-exporter reads, got ${JSON.stringify(path.basename(file))}`,
    );
}

/**
 * Serves and writes the metrics until stop(). Does nothing without a port or file.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the file name does not end in .prom; every error of serveMetrics()
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
    // Each scrape would repeat the same problem: warn once.
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
    // The last write records the final works and that nothing runs any more.
    await writing.then(write);
  };
}
