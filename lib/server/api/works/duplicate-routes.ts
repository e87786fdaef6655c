import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServerContext } from '../../context.ts';
import { measured } from '../../measuring/measure.ts';
import { visible } from '../../visibility.ts';
import { rowOf, type WorkRow, workRow } from './records.ts';

const duplicates = z.object({
  groups: z.array(z.array(workRow)).describe('Works that look the same, the best first: picked, favourite, best rated, largest, newest'),
  compared: z.int().describe('Works whose pictures were compared'),
});
export type Duplicates = z.output<typeof duplicates>;

const worth = ({ flag, star, rating, width, height }: WorkRow): number[] => [
  flag === 'pick' ? 1 : flag === 'reject' ? -1 : 0,
  Number(star),
  rating ?? 0,
  width * height,
];

function better(a: WorkRow, b: WorkRow): number {
  const [left, right] = [worth(a), worth(b)];
  for (const [at, value] of left.entries()) if (value !== right[at]) return (right[at] ?? 0) - value;
  return a.id < b.id ? 1 : -1;
}

/** Works that look the same. */
export function duplicateRoutes(root: FastifyInstance, context: ServerContext): void {
  root.withTypeProvider<ZodTypeProvider>().get(
    '/works/duplicates',
    {
      config: { scope: 'paint', costly: true },
      schema: {
        summary: 'Groups of works that look the same',
        description:
          'By a difference hash and the colours of small pictures, whatever their prompts. A process of its own compares them, which takes seconds.',
        tags: ['works'],
        querystring: z.strictObject({ newest: z.coerce.number().int().min(2).max(10_000).default(2000).describe('Compare so many works') }),
        response: { 200: duplicates },
      },
    },
    async ({ query, caller }) => {
      const { groups, compared } = await measured('duplicates', { newest: query.newest }, context);
      const shown: WorkRow[][] = [];
      for (const ids of groups) {
        const found = await Promise.allSettled(ids.map((id) => visible(caller, id, (known) => context.gallery.summary(known))));
        const rows = found.flatMap((one) => (one.status === 'fulfilled' && one.value.trashedAt === undefined ? [rowOf(one.value)] : []));
        if (rows.length > 1) shown.push(rows.sort(better));
      }
      return { groups: shown, compared };
    },
  );
}
