import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { ArtistError, type Home, namesIn, type StateDefinition, StateFile, type StateRepair } from '../../core/index.ts';

const recipientSchema = z.strictObject({
  inbox: z.url(),
  /** Tries so far. */
  tries: z.int().min(0),
  /** When it is tried next, milliseconds since 1970. */
  at: z.int(),
});
export type Recipient = z.output<typeof recipientSchema>;

const deliverySchema = z.strictObject({
  /** The activity as JSON-LD, complete. */
  activity: z.looseObject({ id: z.string(), type: z.string() }),
  /** Inboxes that do not have it yet. */
  to: z.array(recipientSchema),
});
export type Delivery = z.output<typeof deliverySchema>;

const deliveryName = /^[a-z]+-[0-9A-Z]{26}$/;

/** The activities that are under way, one file each: an inbox leaves the file when it has the activity. */
export class DeliveryFiles {
  readonly #home: Home;
  readonly #options: { onRepair?: (repair: StateRepair) => void };

  constructor(home: Home, options: { onRepair?: (repair: StateRepair) => void } = {}) {
    this.#home = home;
    this.#options = options;
  }

  #path(name: string): string {
    return this.#home.federation('deliveries', `${name}.json`);
  }

  #file(name: string, first?: Delivery): StateFile<Delivery> {
    const definition: StateDefinition<Delivery> = {
      kind: 'delivery',
      version: 1,
      schema: deliverySchema,
      initial: () => {
        if (first) return first;
        throw new ArtistError(
          'ERR_DAMAGED',
          `${this.#path(name)}: expected a delivery, got a damaged file. What it holds is not delivered`,
        );
      },
      lists: { to: {} },
    };
    return new StateFile(this.#path(name), definition, this.#options);
  }

  /** Names, the oldest first. @throws ArtistError ERR_READ */
  async names(): Promise<string[]> {
    return (await namesIn(this.#home.federation('deliveries'), 'deliveries'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .filter((name) => deliveryName.test(name))
      .sort((a, b) => (a.slice(-26) < b.slice(-26) ? -1 : 1));
  }

  async read(name: string): Promise<Delivery> {
    return this.#file(name).read();
  }

  /** Stores a delivery; one of this name that is under way stays as it is. */
  async add(name: string, delivery: Delivery): Promise<void> {
    await this.#file(name, delivery).update((there) => there);
  }

  /** Replaces the inboxes that do not have it; the file of a complete delivery goes. */
  async save(name: string, to: readonly Recipient[]): Promise<void> {
    if (to.length > 0) await this.#file(name).update((state) => ({ ...state, to: [...to] }));
    else await Promise.all([this.#path(name), `${this.#path(name)}.bak`].map((file) => rm(file, { force: true })));
  }
}
