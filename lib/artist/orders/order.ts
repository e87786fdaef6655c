/** What a schedule or a queue stores of a work that will be painted: options of create() under their own names, and a version. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config/index.ts';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import { findTopic } from '../../prompt/index.ts';
import { type CreateOptions, createOptions } from '../loop/create-options.ts';
import { fromVersion1, orderVersion1 } from './order-version-1.ts';

/** Options of create() that an order must not have: what differs between its works, where they go, pictures (bytes are no JSON), and functions. */
const notOrdered = [
  'initImage',
  'maskImage',
  'referenceImages',
  'controlImage',
  'photoMaker',
  'subject',
  'topic',
  'inspire',
  'seed',
  'domainCheck',
  'gallery',
  'allowDuplicate',
  'series',
  'task',
  'confirm',
  'signal',
  'onPlan',
  'onImage',
  'onProgress',
] as const;

const version = 2;

/** Options of Artist.create() that can be stored. In `prompt`, the name of a topic stands for its subjects; other words are painted as they are. */
export type OrderOptions = Omit<CreateOptions, (typeof notOrdered)[number]>;

/** A stored order. It is JSON, and every path in it is absolute. */
export type Order = OrderOptions & { version: typeof version };

const orderSchema = z.strictObject({
  version: z.literal(version),
  ...Object.fromEntries(Object.entries(createOptions.shape).filter(([name]) => !notOrdered.some((not) => not === name))),
});

/** Checks an order and leaves out what is undefined. Defaults are not filled in: they are those of the day on which it is painted. */
function checked(order: object): Order {
  const given = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
  resolveOptions('order', orderSchema, given);
  return given as Order;
}

const absolute = (name: string): string => (existsSync(name) ? path.resolve(name) : name);

/**
 * An order to be stored, from options of create(). Names of files and folders that exist become absolute paths, because the process that paints
 * may have another working folder; aliases stay.
 *
 * @param options what is ordered; undefined fields count as absent
 * @param before an order that is changed: its fields stay unless `options` has them
 * @throws ArtistError ERR_INVALID_ARGUMENT naming the option
 */
export function newOrder(options: OrderOptions, before?: Order): Order {
  const order = checked({ ...options, version });
  for (const name of ['model', 'clip', 'taste'] as const) if (order[name] !== undefined) order[name] = absolute(order[name]);
  if (order.loras)
    order.loras = order.loras.map((lora) => {
      if (typeof lora === 'string') return absolute(lora);
      return 'path' in lora ? { ...lora, path: absolute(lora.path) } : lora;
    });
  return checked({ ...before, ...order });
}

/**
 * Reads a stored order of this version or of the one before. Records are not rewritten: a task that waits in a queue is only recognised by the
 * payload that it was added with.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: not an order; ERR_NEWER_VERSION
 */
export function readOrder(payload: unknown): Order {
  const found = payload !== null && typeof payload === 'object' && 'version' in payload ? payload.version : 1;
  if (found === 1) return checked({ version, ...fromVersion1(resolveOptions('order', orderVersion1, payload)) });
  if (typeof found === 'number' && Number.isInteger(found) && found > version)
    throw new ArtistError(
      'ERR_NEWER_VERSION',
      `order: expected version ${version} or older, got ${found}. It was written by a newer ai-artist: update this one`,
    );
  return checked(payload as object);
}

/**
 * Options of create() for one work of an order.
 *
 * @param about a topic or prompt instead of the one of the order
 */
export function optionsOfOrder(
  { version: _, prompt: own, ...options }: Order,
  topics: Config['prompt']['topics'],
  about = own,
): CreateOptions {
  if (about === undefined) return options;
  return { ...options, ...(findTopic(about, topics) ? { topic: about } : { prompt: about }) };
}
