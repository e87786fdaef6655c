import type { FastifyInstance } from 'fastify';

/** Methods of each path, for 405 and its header Allow: fastify answers 404 for both. */
export class PathMethods {
  readonly #routes: { pattern: RegExp; methods: string[] }[] = [];

  /** Hears of every route that is registered after this call. */
  hear(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      this.#routes.push({ pattern: patternOf(url), methods: [method].flat() });
    });
  }

  /** Methods of the routes that a path fits; empty: there is no such path. */
  of(path: string): string[] {
    return [...new Set(this.#routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))].sort();
  }
}

/** `/works/:id/*` -> ^/works/[^/]+/.*$ */
function patternOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/).map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
