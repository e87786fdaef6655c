/** Records of proposals (LoRAs trained on the artist's own best works) and the set of adopted ones. */
import * as z from 'zod';
import { ArtistError, display, homeOf, type StateDefinition, StateFile, type StateOptions } from '../../core/index.ts';

/** A gain over the prompts of the panel, with its 95 % interval. */
const gain = z.strictObject({ without: z.number(), with: z.number(), gain: z.number(), interval: z.tuple([z.number(), z.number()]) });
export type PanelGain = z.output<typeof gain>;

const trial = z.strictObject({
  at: z.int().min(0),
  prompts: z.array(z.string()),
  /** Seed of the first prompt; each further prompt adds 1. */
  seed: z.int().min(0),
  scorer: z.string(),
  /** Cosine with the held-out works. */
  style: gain,
  /** 1 - cosine with the nearest earlier work. */
  novelty: gain,
  /** Path of the contact sheet with both rows. */
  panel: z.string(),
  passed: z.boolean(),
  /** Why it passed or did not, as text. */
  reason: z.string(),
});
export type Trial = z.output<typeof trial>;

const proposalSchema = z.strictObject({
  id: z.string().regex(/^l\d+$/),
  state: z.enum(['made', 'tried', 'adopted', 'rejected', 'rolled-back']),
  madeAt: z.int().min(0),
  /** Model that the LoRA belongs to; absent: the bundled one. */
  model: z.string().optional(),
  lora: z.string(),
  weight: z.number(),
  /** Ids of the training works; `held` has those kept for the trial. */
  works: z.array(z.string()),
  held: z.array(z.string()),
  steps: z.int().min(0),
  loss: z.number(),
  trial: trial.optional(),
});
export type Proposal = z.output<typeof proposalSchema>;

/** Ids of adopted proposals, in the order of adoption. */
const adoptedSet = z.array(z.string());

const bookSchema = z.strictObject({
  next: z.int().min(1),
  proposals: z.array(proposalSchema),
  /** The set in use. */
  adopted: adoptedSet,
  /** Earlier sets, the latest last. */
  before: z.array(adoptedSet),
});
export type ProposalState = z.output<typeof bookSchema>;
const bookState: StateDefinition<ProposalState> = {
  kind: 'proposals',
  version: 1,
  schema: bookSchema,
  initial: () => ({ next: 1, proposals: [], adopted: [], before: [] }),
};

/** The proposals of a home, in `<home>/state/proposals.json`. */
export class ProposalBook {
  readonly #file: StateFile<ProposalState>;

  constructor(home: string, options: StateOptions = {}) {
    this.#file = new StateFile(homeOf(home).state('proposals.json'), bookState, options);
  }

  read(): Promise<ProposalState> {
    return this.#file.read();
  }

  /** Takes the next id: l1, l2 …. An id is never used twice. */
  nextId(): Promise<string> {
    return this.#file.change((state) => `l${state.next++}`);
  }

  add(proposal: Proposal): Promise<void> {
    return this.#file.change((state) => void state.proposals.push(proposal));
  }

  /** @throws ArtistError ERR_NOT_FOUND when there is no such proposal */
  async find(id: string): Promise<Proposal> {
    return findIn(await this.read(), id);
  }

  setTrial(id: string, given: Trial): Promise<Proposal> {
    return this.#file.change((state) => {
      const proposal = findIn(state, id);
      Object.assign(proposal, { trial: given, state: proposal.state === 'made' ? 'tried' : proposal.state });
      return { ...proposal };
    });
  }

  /** @throws ArtistError ERR_NOT_FOUND when there is no such proposal, ERR_INVALID_ARGUMENT when it was not tried, did not pass or is already decided */
  adopt(id: string): Promise<Proposal> {
    return this.#file.change((state) => {
      const proposal = findIn(state, id);
      if (proposal.state !== 'tried')
        throw refusal(
          id,
          proposal.state === 'made'
            ? 'expected one that was tried: ai-artist proposal try'
            : `expected one that was tried, got one that is ${proposal.state}`,
        );
      if (!proposal.trial?.passed) throw refusal(id, `expected one that passed its trial, got: ${proposal.trial?.reason}`);
      state.before.push([...state.adopted]);
      state.adopted.push(proposal.id);
      proposal.state = 'adopted';
      return { ...proposal };
    });
  }

  /** @throws ArtistError ERR_NOT_FOUND when there is no such proposal, ERR_INVALID_ARGUMENT when it is adopted */
  reject(id: string): Promise<Proposal> {
    return this.#file.change((state) => {
      const proposal = findIn(state, id);
      if (proposal.state === 'adopted')
        throw refusal(id, 'expected one that is not adopted. Take it back first: ai-artist proposal rollback');
      proposal.state = 'rejected';
      return { ...proposal };
    });
  }

  /**
   * Restores the set of LoRAs from before the last adoption.
   *
   * @throws ArtistError ERR_NOT_FOUND when nothing was adopted
   */
  rollback(): Promise<{ removed: string[]; adopted: string[] }> {
    return this.#file.change((state) => {
      const previous = state.before.pop();
      if (!previous) throw new ArtistError('ERR_NOT_FOUND', 'rollback: expected an adopted proposal, got none');
      const removed = state.adopted.filter((id) => !previous.includes(id));
      for (const id of removed) findIn(state, id).state = 'rolled-back';
      state.adopted = previous;
      return { removed, adopted: [...previous] };
    });
  }
}

const refusal = (id: string, what: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', `${id}: ${what}`);

function findIn({ proposals }: ProposalState, id: string): Proposal {
  const proposal = proposals.find((one) => one.id === id);
  if (!proposal) throw new ArtistError('ERR_NOT_FOUND', `${display(id)}: no such proposal. See: ai-artist proposal list`);
  return proposal;
}
