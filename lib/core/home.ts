import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ArtistError } from './errors.ts';

/** Home folder of the user: $HOME, and where that is empty or no full path, the one that the system knows. */
function ownHome(): string {
  const [named, known] = [homedir(), knownHome()];
  const home = [named, known].find((folder) => folder !== undefined && isAbsolute(folder));
  if (home !== undefined) return home;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `HOME: expected a full path, got ${JSON.stringify(named)}. Set AI_ARTIST_HOME, or give a home`,
  );
}

function knownHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // a user that the system has no record of, as in some containers
  }
}

/** `~` and `~/x` as a shell reads them: in a file of variables, in systemd and in code no shell does. */
export function expandTilde(path: string): string {
  return path === '~' || /^~[\\/]/.test(path) ? join(ownHome(), path.slice(1)) : path;
}

/**
 * The home folder: `given`, else AI_ARTIST_HOME, else ~/.ai-artist. Absolute. An empty value counts as none.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: none is given, and this user has no home folder
 */
export function homeFolder(given?: string): string {
  const chosen = given || process.env['AI_ARTIST_HOME'];
  return resolve(chosen ? expandTilde(chosen) : join(ownHome(), '.ai-artist'));
}

/** Where everything of one home folder lies. No other code joins paths of a home. */
export class Home {
  /** Absolute. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  #at(...names: string[]): string {
    return join(this.folder, ...names);
  }

  get config(): string {
    return this.#at('config.yaml');
  }
  /** JSON schema of `config`, for editors. */
  get configSchema(): string {
    return this.#at('config.schema.json');
  }
  /** The works, unless the setting gallery.folder names another folder. */
  get gallery(): string {
    return this.#at('gallery');
  }
  /** What was curated so far: rolling history and archive. */
  get curation(): string {
    return this.#at('curation.json');
  }
  get duels(): string {
    return this.#at('duels.json');
  }
  /** The taste that was learnt from the duels. */
  get taste(): string {
    return this.#at('taste.json');
  }
  /** Word lists for __name__ in prompts, one file each. */
  get wildcards(): string {
    return this.#at('wildcards');
  }
  /** The private key that signs pictures, with its certificates. */
  get signingKey(): string {
    return this.#at('provenance', 'signing-key.pem');
  }
  /** The secret that watermarks are made and found with. */
  get watermarkKey(): string {
    return this.#at('provenance', 'watermark.key');
  }
  /** Models that were pulled. */
  get models(): string {
    return this.#at('models');
  }
  /** LoRAs that are found by name. */
  get loras(): string {
    return this.#at('loras');
  }
  /** LoRAs of proposals, inside `loras`. */
  get proposalLoras(): string {
    return this.#at('loras', 'proposals');
  }
  /** Runs of LoRA training, a folder each. */
  get training(): string {
    return this.#at('training');
  }
  /** Data sets for training that came through the server, a folder each. */
  get trainingData(): string {
    return this.#at('training-data');
  }
  /** A data set, or with `file` a file of it. */
  trainingDataSet(name: string, ...file: readonly string[]): string {
    return this.#at('training-data', name, ...file);
  }
  get cache(): string {
    return this.#at('cache');
  }
  /** Encoded training pictures. */
  get trainingCache(): string {
    return this.#at('cache', 'training');
  }
  /** Random weights that `bench` measures with. */
  get benchWeights(): string {
    return this.#at('cache', 'bench-weights');
  }
  /** A file of `benchWeights`. */
  benchWeight(file: string): string {
    return this.#at('cache', 'bench-weights', file);
  }
  /** Painted cells of grids that are not complete, a folder each. */
  get grids(): string {
    return this.#at('cache', 'grids');
  }
  /** The folder of a grid, or with `file` a file in it. */
  grid(digest: string, ...file: readonly string[]): string {
    return this.#at('cache', 'grids', digest, ...file);
  }
  /** Data sets and panels of proposals. */
  get proposals(): string {
    return this.#at('proposals');
  }
  /** Paint jobs, a folder each. */
  get jobs(): string {
    return this.#at('jobs');
  }
  /** The folder of a paint job: its input pictures, progress, and pictures that are not filed. */
  job(id: string): string {
    return this.#at('jobs', id);
  }
  /** A file of a paint job. */
  jobFile(id: string, file: string): string {
    return this.#at('jobs', id, file);
  }
  /** Posts to networks, a folder each. */
  get outbox(): string {
    return this.#at('outbox');
  }
  /** A file of a post. */
  post(id: string, file: string): string {
    return this.#at('outbox', id, file);
  }
  /** Accounts on networks with their tokens, a file each. */
  get accounts(): string {
    return this.#at('accounts');
  }
  account(name: string): string {
    return this.#at('accounts', `${name}.json`);
  }
  /** Held by the one process that posts to this account. */
  accountLock(name: string): string {
    return this.#at('accounts', `${name}.posting.lock`);
  }
  /** A file of the artist's own account in the Fediverse: its keys, followers, posts, and what is to be delivered. */
  federation(...names: readonly [string, ...string[]]): string {
    return this.#at('federation', ...names);
  }
  /** While this file exists nothing is posted. */
  get publishingOff(): string {
    return this.#at('publishing-off');
  }
  get logs(): string {
    return this.#at('logs');
  }
  log(file: string): string {
    return this.#at('logs', file);
  }
  /** Records of what runs: schedule, queue, periods, and their locks. */
  get stateFolder(): string {
    return this.#at('state');
  }
  /** A file of `stateFolder`. */
  state(file: string): string {
    return this.#at('state', file);
  }
  /** Locks of the processes that send posts, a file each. */
  get senders(): string {
    return this.#at('state', 'senders');
  }
  sender(file: string): string {
    return this.#at('state', 'senders', file);
  }
  /** Previous values of the works that a mass action changed. */
  get undoFolder(): string {
    return this.#at('state', 'undo');
  }
  undo(operation: string): string {
    return this.#at('state', 'undo', `${operation}.jsonl`);
  }
  /** Where the training pictures of a proposal and the picture of its trial lie. */
  proposal(id: string): { data: string; panel: string } {
    return { data: this.#at('proposals', id, 'data'), panel: this.#at('proposals', id, 'panel.png') };
  }
  /** The LoRA of a proposal. */
  proposalLora(id: string): string {
    return join(this.proposalLoras, `${id}.safetensors`);
  }
  /** `file`: relative to `loras`. */
  lora(file: string): string {
    return this.#at('loras', file);
  }
  /** The folder of a run, or with `file` a file in it. */
  trainingRun(name: string, ...file: readonly string[]): string {
    return this.#at('training', name, ...file);
  }
}

/** The paths of a home: of `given`, else AI_ARTIST_HOME, else ~/.ai-artist. @throws ArtistError every error of homeFolder() */
export function homeOf(given?: string): Home {
  return new Home(homeFolder(given));
}
