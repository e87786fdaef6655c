import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { expandQuery } from '../../../gallery/index.ts';
import type { ServerContext } from '../../context.ts';
import { workId } from '../work-id.ts';
import { type Action, actionSchema } from './actions.ts';
import { type Operation, operationSchema, scopeOf } from './operation-book.ts';
import type { Operations } from './operations.ts';

const operation = z.strictObject({ id: workId.describe('Id of an operation') });

/** The works that an action is about. */
const selection = {
  ids: z.array(workId).max(10_000).optional().describe('The works'),
  query: z.string().max(20_000).optional().describe('All works that it finds, instead of ids; empty: every work'),
  except: z.array(workId).max(10_000).optional().describe('Works of the query that it leaves out'),
  dryRun: z.boolean().default(false).describe('Only count the works'),
  expected: z.int().min(0).optional().describe('Refuse if there is another number of works'),
  waitSeconds: z.number().min(0).max(30).default(1).describe('Wait this long for the end of the operation before answering'),
};
type Selection = z.output<z.ZodObject<typeof selection>>;

const isEither = ({ ids, query, except }: Pick<Selection, 'ids' | 'query' | 'except'>): boolean =>
  (ids === undefined) !== (query === undefined) && (except === undefined || query !== undefined);
const either = { error: 'ids: expected either ids or query; except goes with query' };
const counted = z.object({ total: z.int(), sample: z.array(z.string()).describe('Ids of the first works') });

/** Actions on many works, which become operations. */
export function massRoutes(root: FastifyInstance, context: ServerContext, operations: Operations): void {
  const app = root.withTypeProvider<ZodTypeProvider>();

  const begin = async (action: Action, chosen: Selection, client: string): Promise<Operation | z.output<typeof counted>> => {
    const ids = await selected(context, action, chosen);
    if (chosen.expected !== undefined && chosen.expected !== ids.length)
      throw new ArtistError('ERR_CHANGED', `expected: expected ${chosen.expected} works, got ${ids.length}. Look at them again`);
    if (chosen.dryRun) return { total: ids.length, sample: ids.slice(0, 20) };
    const { id } = await operations.begin(action, ids, client);
    return operations.settled(id, chosen.waitSeconds * 1000);
  };
  app.post(
    '/works/actions',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Change, trash or restore many works',
        tags: ['works'],
        body: z.strictObject({ action: actionSchema, ...selection }).refine(isEither, either),
        response: { 200: counted, 202: operationSchema },
      },
    },
    async ({ body: { action, ...chosen }, caller }, reply) => {
      const answer = await begin(action, chosen, caller.id);
      return 'sample' in answer ? reply.code(200).send(answer) : reply.code(202).send(answer);
    },
  );
  app.post(
    '/works/purge',
    {
      config: { scope: scopeOf({ action: 'purge' }) },
      schema: {
        summary: 'Delete the files of works in the trash',
        description: 'This cannot be undone.',
        tags: ['works'],
        body: z.strictObject(selection).refine(isEither, either),
        response: { 200: counted, 202: operationSchema },
      },
    },
    async ({ body, caller }, reply) => {
      const answer = await begin({ action: 'purge' }, body, caller.id);
      return 'sample' in answer ? reply.code(200).send(answer) : reply.code(202).send(answer);
    },
  );
  operationRoutes(root, operations);
}

/** Works that an action can be about: those in the trash, or the others. */
async function selected({ gallery }: ServerContext, { action }: Action, { ids, query = '', except = [] }: Selection): Promise<string[]> {
  if (ids) return [...new Set(ids)];
  const found = await gallery.select(await expandQuery(gallery, query), { trashed: action === 'restore' || action === 'purge' });
  const out = new Set(except);
  return out.size === 0 ? found : found.filter((id) => !out.has(id));
}

function operationRoutes(root: FastifyInstance, operations: Operations): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/operations',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'The latest mass actions, newest first',
        tags: ['works'],
        response: { 200: z.object({ operations: z.array(operationSchema) }) },
      },
    },
    async () => ({ operations: await operations.list() }),
  );
  app.get(
    '/operations/:id',
    {
      config: { scope: 'paint' },
      schema: { summary: 'A mass action', tags: ['works'], params: operation, response: { 200: operationSchema } },
    },
    ({ params }) => operations.get(params.id),
  );
  app.post(
    '/operations/:id/cancel',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Stop a mass action',
        description: 'One that this token began, or that it may begin itself.',
        tags: ['works'],
        params: operation,
        response: { 200: operationSchema },
      },
    },
    ({ params, caller }) => operations.cancel(params.id, caller),
  );
  app.post(
    '/operations/:id/undo',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Take a mass action back',
        description: 'Works that were changed since keep their values.',
        tags: ['works'],
        params: operation,
        response: { 202: operationSchema },
      },
    },
    async ({ params, caller }, reply) => {
      const { id } = await operations.undo(params.id, caller);
      return reply.code(202).send(await operations.settled(id, 1000));
    },
  );
}
