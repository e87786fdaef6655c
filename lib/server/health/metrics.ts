import type { FastifyInstance } from 'fastify';
import { packageVersion } from '../../core/index.ts';
import type { Gallery } from '../../gallery/index.ts';
import { FiguresReader, loadPromClient, type MetricsPage, metricsPage, processMetrics } from '../../service/index.ts';

export interface MetricsSource {
  /** Simultaneous scrapes share one page. */
  page(): Promise<MetricsPage>;
  /** Counts the requests of an application from now on. */
  watch(app: FastifyInstance): void;
  close(): void;
}

export interface MetricsSourceOptions {
  home: string;
  gallery: Gallery;
  /** Address and name of the queue. */
  queue: string;
  queueName: string | undefined;
}

/** The figures of a home, of this process and of its requests. */
export async function openMetrics(options: MetricsSourceOptions): Promise<MetricsSource> {
  const { Histogram, Registry } = await loadPromClient();
  const reader = new FiguresReader(options);
  const own = await processMetrics();
  const registry = new Registry();
  const seconds = new Histogram({
    name: 'ai_artist_http_request_seconds',
    help: 'Seconds from a request to the end of its reply',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120, 600],
    registers: [registry],
  });
  let making: Promise<MetricsPage> | undefined;
  return {
    page: () => {
      making ??= reader
        .read()
        .then((figures) => metricsPage(figures, packageVersion(), [registry, own]))
        .finally(() => {
          making = undefined;
        });
      return making;
    },
    watch: (app) => {
      app.addHook('onResponse', (request, reply, done) => {
        // The pattern of the route, not the path: names and ids would make a series each.
        const route = request.routeOptions.url ?? 'none';
        seconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
        done();
      });
    },
    close: () => reader.close(),
  };
}
