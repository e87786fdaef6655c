import * as z from 'zod';
import { encodingOf, workFiled } from '../../artist/index.ts';
import {
  configPath,
  type LoadedConfig,
  loadConfig,
  publicAddressOf,
  readSecret,
  type ServerSettings,
  serverSettings,
} from '../../config/index.ts';
import { ArtistError, type Clock, type Home, homeOf, resolveOptions, systemClock, whyReadOnly } from '../../core/index.ts';
import { Gallery } from '../../gallery/index.ts';
import { Hooks } from '../../hooks/index.ts';
import { createLogger, type Logger } from '../../observe/index.ts';
import { openQueueAt, type TaskQueue } from '../../schedule/index.ts';
import { openPaintJobs, type PaintJobs } from '../../service/index.ts';
import { healthPageRoutes } from '../api/health/routes.ts';
import { SignInCodes } from '../auth/sign-in-codes.ts';
import { TokenBook } from '../auth/tokens.ts';
import type { ServerContext } from '../context.ts';
import { openFederation } from '../federation/open.ts';
import { federationRoutes } from '../federation/routes.ts';
import { type MetricsSource, openMetrics } from '../health/metrics.ts';
import { healthRoutes } from '../health/routes.ts';
import { completeDocument, type OpenApi } from '../openapi/document.ts';
import { originOf } from './address.ts';
import { createApplication } from './application.ts';
import { listen, type Place } from './listen.ts';
import { isLoopback } from './loopback.ts';
import { type Painting, startPainting } from './painting.ts';
import { rooms } from './rooms.ts';
import type { RouteFacts } from './route-table.ts';

/** An option without its default, which would otherwise be in force over the settings of the home. */
const withoutDefault = (schema: z.ZodType): z.ZodType =>
  (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault ? (schema.unwrap() as z.ZodType) : schema).optional();

/** Options of startServer() beside the settings `server`, any of which may be given too. */
const serverOptions = z.strictObject({
  ...(Object.fromEntries(Object.entries(serverSettings.shape).map(([key, schema]) => [key, withoutDefault(schema)])) as unknown as {
    [K in keyof typeof serverSettings.shape]: z.ZodOptional<(typeof serverSettings.shape)[K]>;
  }),
  /** Home folder. Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home: z.string().min(1).optional(),
  /** Default: the settings of the home. */
  config: z.custom<LoadedConfig>().optional(),
  /** Whether this server paints what is in the queue; false: another process does. Default: true, unless the home can only be read. */
  paint: z.boolean().optional(),
  /** Whether it runs the schedule of the home too, whose works go through the same queue. Default false. */
  schedule: z.boolean().default(false),
  /** Address of the queue: `file` or redis://host:port. Default: the setting queue.url, else `file`. */
  queue: z.string().min(1).optional(),
  /** Name of the queue in Redis. Default: the setting queue.name, else that of this home. */
  queueName: z.string().min(1).optional(),
  /** Default: warnings and errors on stderr. */
  log: z.custom<Logger>().optional(),
  /** Lets the account in the Fediverse speak with servers on this machine, without TLS. For tests alone. Default false. */
  federateLocally: z.boolean().default(false),
  clock: z.custom<Clock>().optional(),
});
export type ServerOptions = z.input<typeof serverOptions>;

/** Between two looks for idle connections while a server drains, milliseconds. */
const betweenIdleMs = 100;

export interface RunningServer {
  /** `http://127.0.0.1:7860`, or `unix:/path`; with the base path. */
  readonly url: string;
  /** Path of the Unix socket, if it listens on one. */
  readonly socket: string | undefined;
  /** Whether a client needs a token for reading too. */
  readonly tokensOnly: boolean;
  /** Why the home can only be read, such as `no permission to write in /mnt/art`; undefined: it can be written. */
  readonly readOnly: string | undefined;
  readonly routes: readonly RouteFacts[];
  /**
   * Address that opens the page signed in, with all scopes. It works once, within ten minutes. undefined: it listens on a socket, or its home
   * can only be read.
   */
  signInUrl(): string | undefined;
  /**
   * Refuses new requests, and waits for the running ones and for the work being painted, up to `drainSeconds`; then ends them, and the work
   * returns to the queue. Idempotent.
   */
  close(): Promise<void>;
}

/** What is open while a server runs, closed in reverse order. */
class Openings {
  readonly #closers: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.#closers.unshift(close);
  }

  /** Closes all, even if one fails; throws the first error. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0)) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

interface Parts {
  home: Home;
  readOnly: string | undefined;
  loaded: LoadedConfig;
  settings: ServerSettings;
  address: string;
  queueName: string | undefined;
  log: Logger;
  federateLocally: boolean;
  clock: Clock;
}

async function partsOf({
  home: folder,
  config,
  queue,
  queueName,
  log,
  federateLocally,
  clock,
  paint: _,
  schedule: __,
  ...own
}: z.output<typeof serverOptions>): Promise<Parts> {
  const home = homeOf(folder ?? config?.home);
  const before = config ?? (await loadConfig({ home: home.folder }));
  const chosen = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const settings: ServerSettings = { ...before.config.server, ...chosen };
  const readOnly = await whyReadOnly(home);
  const { url, name } = before.config.queue;
  const given = Object.keys(chosen).map((key) => [`server.${key}`, { from: 'flag', place: `option ${key}` }] as const);
  return {
    home,
    readOnly,
    settings,
    loaded: { ...before, config: { ...before.config, server: settings }, origins: new Map([...before.origins, ...given]) },
    address: queue ?? (url === undefined ? 'file' : await readSecret(url, 'queue.url', { home: home.folder })),
    queueName: queueName ?? name,
    log: log ?? createLogger({ level: 'warn' }),
    federateLocally,
    clock: clock ?? systemClock,
  };
}

/** Where to listen, and whether anyone else than the user of this machine can come in that way. */
function placeOf(
  settings: ServerSettings,
  home: Home,
  hasAccount: boolean,
): { place: Place; beyondLoopback: boolean; tokensOnly: boolean } {
  const { host, port, socket, socketMode, publicUrl, trustedProxies, basePath, anonymousReads } = settings;
  // What a proxy passes on comes from loopback, and need not say that it was passed on. An account in the Fediverse has one.
  const isClosed = !anonymousReads || hasAccount || publicUrl !== undefined || trustedProxies.length > 0 || basePath !== '';
  if (socket === undefined) {
    const beyondLoopback = !isLoopback(host);
    return { place: { host, port }, beyondLoopback, tokensOnly: beyondLoopback || isClosed };
  }
  const mode = Number.parseInt(socketMode, 8);
  return { place: { socket: configPath(socket, home.folder), mode }, beyondLoopback: false, tokensOnly: (mode & 0o077) !== 0 || isClosed };
}

async function requireToken(tokens: TokenBook, place: Place): Promise<void> {
  if (await tokens.isAny()) return;
  const named = 'socket' in place ? 'a socket' : `host ${place.host}`;
  const where = `${named} that others may reach, by the network or through a proxy`;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `token: expected at least one to listen on ${where}, got none. Make one: ai-artist serve token create NAME --scope paint`,
  );
}

/** The application of these options, with all that its routes need, before it listens. */
async function assemble(parts: Parts, openings: Openings, painter: () => Promise<string | undefined>, federates = true) {
  const { home, settings, log, clock } = parts;
  const { readOnly, federateLocally: allowPrivate, loaded } = parts;
  const { federation: account } = loaded.config;
  const { place, beyondLoopback, tokensOnly } = placeOf(settings, home, account.enabled);
  const tokens = new TokenBook(home, { clock });
  const { context, metrics, drain } = await openContext(parts, openings);
  // Its paths are those of ActivityPub, and no part of the document.
  const federation = federates ? await openFederation(account, { home, readOnly, allowPrivate, clock, warn: context.warn }) : undefined;
  const all = [
    ...rooms,
    ...(federation ? [{ prefix: '', paths: [], routes: federationRoutes(federation) }] : []),
    { prefix: '/api/v1', paths: ['/api/v1'], routes: healthPageRoutes(painter) },
    { prefix: '', paths: [], routes: healthRoutes(painter, metrics) },
  ];
  const { app, routes } = await createApplication({
    context,
    // Other servers call the account by its own name.
    settings: federation ? { ...settings, hosts: [...settings.hosts, new URL(federation.addresses.url).hostname] } : settings,
    tokens,
    tokensOnly,
    beyondLoopback,
    log,
    rooms: all,
    watch: metrics.watch,
  });
  openings.add(() => app.close());
  if (federation) openings.add(() => federation.stop());
  return { app, context, tokens, place, tokensOnly, drain, routes, rooms: all, federation };
}

/**
 * The OpenAPI 3.1 document of a server with these options.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, ERR_CONFIG
 */
export async function openApiDocument(options: ServerOptions = {}): Promise<OpenApi> {
  const given = resolveOptions('openApiDocument', serverOptions, options);
  const openings = new Openings();
  try {
    const {
      app,
      rooms: all,
      tokensOnly,
    } = await assemble({ ...(await partsOf(given)), address: 'file' }, openings, async () => undefined, false);
    await app.ready();
    return completeDocument(app, all, tokensOnly);
  } finally {
    await openings.close();
  }
}

/**
 * Serves the gallery, the queue and the schedule of a home over HTTP until close().
 *
 * A home that can only be read is served for looking: every change is refused, and nothing runs beside it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid, or when it would listen beyond this machine without a token; ERR_CONFIG;
 *   ERR_READ or ERR_WRITE when the home is a file, cannot be read or made, or can only be read while `paint` or `schedule` is asked for; ERR_NETWORK when the port or socket is taken, or the queue cannot be reached; ERR_UNSUPPORTED when the queue needs packages that are not
 *   installed; ERR_LOCKED when another process runs the schedule;
 *   ERR_UNSUPPORTED and ERR_DAMAGED also of the account in the Fediverse, if `federation.enabled` is set
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const given = resolveOptions('startServer', serverOptions, options);
  const parts = await partsOf(given);
  const works = worksOf(given, parts);
  const openings = new Openings();
  let painting: Painting | undefined;
  try {
    const health = async () => (painting ? painting.health() : 'it is starting');
    const { app, context, place, tokens, tokensOnly, drain, routes, federation } = await assemble(parts, openings, health);
    if (tokensOnly) await requireToken(tokens, place);
    const url = await listen(app, place);
    federation?.start();
    const { settings } = parts;
    painting = await startPainting(works, { ...parts, gallery: context.gallery, stopWithinMs: settings.drainSeconds * 1000 });
    const close = async (): Promise<void> => {
      drain();
      const drainMs = settings.drainSeconds * 1000;
      const late = setTimeout(() => app.server.closeAllConnections(), drainMs);
      // A connection whose request ends meanwhile would be kept for the next one.
      const idle = setInterval(() => app.server.closeIdleConnections(), betweenIdleMs);
      try {
        await Promise.all([app.close(), painting?.stop()]);
      } finally {
        clearTimeout(late);
        clearInterval(idle);
        await openings.close();
      }
    };
    let closed: Promise<void> | undefined;
    return {
      url: 'socket' in place ? url : `${url}${settings.basePath}`,
      socket: 'socket' in place ? place.socket : undefined,
      tokensOnly,
      readOnly: parts.readOnly,
      routes: routes.list(),
      signInUrl: () =>
        'socket' in place || parts.readOnly !== undefined
          ? undefined
          : `${publicAddressOf(settings) ?? `${url}${settings.basePath}`}/#code=${context.signInCodes.make('admin')}`,
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await openings.close();
    throw error;
  }
}

/** What runs beside the answers. All of it writes. @throws ArtistError ERR_WRITE */
function worksOf(
  { paint, schedule }: z.output<typeof serverOptions>,
  { readOnly, log }: Parts,
): { paint: boolean; schedule: boolean; send: boolean } {
  if (readOnly === undefined) return { paint: paint ?? true, schedule, send: true };
  if (paint || schedule)
    throw new ArtistError(
      'ERR_WRITE',
      `${paint ? 'paint' : 'schedule'}: expected a home that can be written, got ${readOnly}. Without it, the home is served for looking`,
    );
  log.warn(
    `the home can only be read (${readOnly}): looking and searching work; painting, changing, training, webhooks and publishing do not`,
  );
  return { paint: false, schedule: false, send: false };
}

async function openContext(
  { home, readOnly, loaded, settings, address, queueName, log, clock }: Parts,
  openings: Openings,
): Promise<{ context: ServerContext; metrics: MetricsSource; drain: () => void }> {
  const folder = configPath(loaded.config.gallery.folder, home.folder);
  const hooks = new Hooks(loaded, { warn: (line) => log.warn(line), note: (line) => log.info(line), clock });
  openings.add(() => hooks.settled());
  const gallery = new Gallery({
    ...{ folder, clock, encode: encodingOf(loaded), serving: {}, onWarning: (line) => log.warn(line) },
    onFiled: (work) => hooks.tell(workFiled(work)),
  });
  openings.add(() => gallery.close());
  // Its thread begins to make the index of words now, and not at the first search. What fails here fails again there.
  gallery.stats().catch(() => undefined);
  const queue: TaskQueue = await openQueueAt(address, home.folder, queueName);
  openings.add(() => queue.close());
  const warn = (line: string): void => log.warn(line);
  for (const line of await queue.warnings()) warn(line);
  const { resultHours, openJobs, jobMegapixels } = settings;
  const jobs: PaintJobs = openPaintJobs({
    ...{ home, config: loaded, queue, gallery, clock, resultHours, openJobs, jobMegapixels, warn },
    sweep: readOnly === undefined,
  });
  openings.add(() => jobs.close());
  const metrics = await openMetrics({ home: home.folder, gallery, queue: address, queueName });
  openings.add(() => metrics.close());
  const closing = new AbortController();
  const publicAddress = publicAddressOf(settings);
  const context: ServerContext = {
    home,
    readOnly,
    config: loaded,
    gallery,
    queue,
    jobs,
    clock,
    hooks,
    signInCodes: new SignInCodes(clock),
    warn,
    addressOf: (request, path) => `${publicAddress ?? `${originOf(request)}${settings.basePath}`}${path}`,
    closing: closing.signal,
  };
  return { context, metrics, drain: () => closing.abort(new ArtistError('ERR_CLOSING', 'server: it is shutting down')) };
}
