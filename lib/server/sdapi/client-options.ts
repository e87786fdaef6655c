/**
 * What a client chose with POST /options. A1111 has one set of options for everybody; here each token has its own, so that a client which selects
 * a model does not change what others and the artist paint. Kept in `<home>/state/sdapi-options.json`.
 */
import * as z from 'zod';
import { type Clock, type Home, StateFile } from '../../core/index.ts';

const chosenSchema = z.strictObject({
  /** Id of a model in the catalogue. */
  model: z.string().optional(),
  /** 1: the last layer of the text encoder; 2: the one before. */
  clipSkip: z.int().min(1).max(12).optional(),
  /** Name of an autoencoder in the catalogue. */
  vae: z.string().optional(),
});
export type ChosenOptions = z.output<typeof chosenSchema>;

const stateSchema = z.strictObject({ clients: z.record(z.string(), chosenSchema) });

export class ClientOptions {
  readonly #file: StateFile<z.output<typeof stateSchema>>;

  constructor({ home, clock }: { home: Home; clock: Clock }) {
    this.#file = new StateFile(
      home.state('sdapi-options.json'),
      { kind: 'sdapi-options', version: 1, schema: stateSchema, initial: () => ({ clients: {} }) },
      { clock },
    );
  }

  /** @throws every error of StateFile.read() */
  async of(client: string): Promise<ChosenOptions> {
    const { clients } = await this.#file.read();
    return (Object.hasOwn(clients, client) ? clients[client] : undefined) ?? {};
  }

  /** @throws every error of StateFile.update() */
  async change(client: string, changed: { [K in keyof ChosenOptions]?: ChosenOptions[K] | undefined }): Promise<void> {
    await this.#file.update(({ clients }) => {
      const before = Object.hasOwn(clients, client) ? clients[client] : undefined;
      const after = Object.fromEntries(Object.entries({ ...before, ...changed }).filter(([, value]) => value !== undefined));
      return { clients: { ...clients, [client]: after } };
    });
  }
}
