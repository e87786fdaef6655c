import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LoadedConfig } from '../config/index.ts';
import type { Clock, Home } from '../core/index.ts';
import type { Gallery } from '../gallery/index.ts';
import type { Hooks } from '../hooks/index.ts';
import type { TaskQueue } from '../schedule/index.ts';
import type { PaintJobs } from '../service/index.ts';

/** What a token permits; each includes those before it. read: look. paint: submit jobs, rate and file. admin: settings, tokens, schedule, deletion. */
export const scopes = ['read', 'paint', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Who sent a request. */
export interface Caller {
  /** Id of the token; that of `anonymous`: no token, through loopback or the Unix socket, which may only read. */
  readonly id: string;
  /** Name of the token, for lists and logs. */
  readonly name: string;
  readonly scope: Scope;
}

/** Codes that sign a browser in once; see auth/sign-in-codes.ts. */
export interface SignIn {
  make(scope: Scope): string;
  take(code: string): Scope | undefined;
}

/** Whether what a caller holds permits what needs a scope. */
export const permits = (caller: Caller, scope: Scope): boolean => scopes.indexOf(caller.scope) >= scopes.indexOf(scope);

/** What the routes work with. */
export interface ServerContext {
  readonly home: Home;
  /** Why the home can only be read, such as `no permission to write in /mnt/art`; undefined: it can be written. */
  readonly readOnly: string | undefined;
  readonly config: LoadedConfig;
  readonly gallery: Gallery;
  readonly queue: TaskQueue;
  readonly jobs: PaintJobs;
  readonly clock: Clock;
  /** What the settings call after works and periods that this process itself files and changes. */
  readonly hooks: Hooks;
  readonly signInCodes: SignIn;
  /** Logs a warning with the request's id. */
  readonly warn: (line: string) => void;
  /** Absolute address of a path of this server, such as `/api/v1/works`, as the client of this request reaches it. Believes only `publicUrl` and trusted proxies. */
  addressOf(request: FastifyRequest, path: string): string;
  /** Aborts when the server begins to drain. */
  readonly closing: AbortSignal;
}

/** Routes of one API. Each route names its scope: `{ config: { scope: 'read' } }`; a route without one is refused at start. */
export type Routes = (app: FastifyInstance, context: ServerContext) => Promise<void> | void;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a byte of the body is read. */
    caller: Caller;
    /** Whether a request without a token may read. */
    readsFreely: boolean;
  }
  interface FastifyContextConfig {
    scope?: Scope;
    /** Answers without a token, also beyond loopback. */
    open?: boolean;
    /** The page, its addresses and its files: no part of the API. */
    page?: boolean;

    /** Needs a token also where reading needs none: all that it tells is for those who see what is not public (visibility.ts). */
    private?: boolean;
    /** A GET that costs enough to be refused when a foreign web page causes it. */
    costly?: boolean;
  }
}
