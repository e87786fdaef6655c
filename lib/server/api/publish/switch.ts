import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { setPublishingOff } from '../../../publish/index.ts';
import { type Desk, tags } from './desk.ts';

/** The switch of all publishing. */
export function switchRoute(root: FastifyInstance, { context: { home } }: Pick<Desk, 'context'>): void {
  root.withTypeProvider<ZodTypeProvider>().put(
    '/publish/switch',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Stop all publishing of this home, or let it go on', tags },
        body: z.strictObject({ isOff: z.boolean() }),
        response: { 200: z.object({ isOff: z.boolean() }) },
      },
    },
    async ({ body: { isOff } }) => {
      await setPublishingOff(home.folder, isOff);
      return { isOff };
    },
  );
}
