import type { FastifyInstance } from 'fastify';
import { ArtistError } from '../../core/index.ts';
import type { Scope } from '../context.ts';

/** A route of a server. */
export interface RouteFacts {
  method: string;
  /** Pattern of its path: `/api/v1/works/:id`. */
  path: string;
  scope: Scope;
  /** It answers without a token, also beyond loopback. */
  open: boolean;
  /** It belongs to the page, not to an API. */
  page: boolean;
  /** It needs a token also where reading needs none. */
  private: boolean;
}

/** All routes of an application. */
export class RouteTable {
  readonly #routes: { pattern: RegExp; facts: RouteFacts }[] = [];

  /** Hears of every route that is registered after this call; one that does not name the scope it needs is refused (ERR_INTERNAL). */
  hear(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method, config }) => {
      const { scope, open = false, page = false, private: isPrivate = false } = config ?? {};
      if (scope === undefined) throw new ArtistError('ERR_INTERNAL', `${method} ${url}: expected config.scope, got none`);
      for (const one of [method].flat())
        this.#routes.push({ pattern: patternOf(url), facts: { method: one, path: url, scope, open, page, private: isPrivate } });
    });
  }

  list(): RouteFacts[] {
    return this.#routes.map(({ facts }) => facts);
  }

  /** Methods of the routes that a path fits, for 405 and Allow: fastify answers 404. Empty: there is no such path. */
  methodsOf(path: string): string[] {
    return [...new Set(this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ facts }) => facts.method))].sort();
  }
}

/** `/works/:id/*` -> ^/works/[^/]+/.*$ */
function patternOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*)/).map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}/?$`);
}
