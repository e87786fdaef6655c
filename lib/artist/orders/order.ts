/** The stored form of a work to be painted, for schedules and queues: options of create() under their own names, and a version. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config/index.ts';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import { findTopic } from '../../prompt/index.ts';
import { type CreateOptions, createOptions } from '../loop/create-options.ts';
import { fromVersion1, orderVersion1 } from './order-version-1.ts';

/** Options of create() that an order must not have: those that differ between its works, where works go, pictures (bytes are not JSON), and functions. */
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

/** Whether an order may have this option of create(). */
export const isOrdered = (name: string): boolean => !notOrdered.some((not) => not === name);

/** Options of Artist.create() that can be stored. If `prompt` is the name of a topic, the subject is chosen from it; any other text is the prompt itself. */
export type OrderOptions = Omit<CreateOptions, (typeof notOrdered)[number]>;

/** A stored order: JSON, with absolute paths only. */
export type Order = OrderOptions & { version: typeof version };

const orderSchema = z.strictObject({
  version: z.literal(version),
  ...Object.fromEntries(Object.entries(createOptions.shape).filter(([name]) => isOrdered(name))),
});

/** Checks an order and drops undefined fields. Defaults are not filled in: those of the day it is painted apply. */
function checked(order: object): Order {
  const given = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
  resolveOptions('order', orderSchema, given);
  return given as Order;
}

const absolute = (name: string): string => (existsSync(name) ? path.resolve(name) : name);

/**
 * Makes an order from options of create(). Names of existing files and folders become absolute paths, because the process that paints may have
 * another working folder; aliases stay.
 *
 * @param options the options to store; undefined fields count as absent
 * @param before an order to change: its fields stay unless `options` has them
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid (names the option)
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
 * Reads a stored order of this version or of version 1. Records are not rewritten, because a queue recognises a waiting task only by the payload
 * it was added with.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the payload is not an order, ERR_NEWER_VERSION when a newer version wrote it
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
 * The options of create() for one work of an order.
 *
 * @param about a topic or prompt that replaces the one of the order
 */
export function optionsOfOrder(
  { version: _, prompt: own, ...options }: Order,
  topics: Config['prompt']['topics'],
  about = own,
): CreateOptions {
  if (about === undefined) return options;
  return { ...options, ...(findTopic(about, topics) ? { topic: about } : { prompt: about }) };
}
