import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { checkWebhookUrl } from '../../hooks/index.ts';
import type { Routes } from '../context.ts';
import { cleaner } from '../events/hub-of-server.ts';
import { reachOf, senderOf } from './hooks-of-server.ts';
import { tellWebhooks } from './tell-webhooks.ts';
import { deliveryView, hookView, newHook, newHookView, viewDelivery, viewHook } from './webhook-views.ts';

const tags = ['webhooks'];
const one = z.strictObject({ id: z.string().max(100) });
const admin = { config: { scope: 'admin' } } as const;
const none = { 204: z.null() };

/** Webhooks: registering and testing them, and deliveries that failed. Signatures: docs/server-webhooks.md. */
export const webhooksRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const sender = senderOf(context);
  const { book } = sender;
  let stop = async (): Promise<void> => undefined;
  root.addHook('onReady', async () => {
    if (context.readOnly !== undefined) return;
    stop = await tellWebhooks(context);
  });
  root.addHook('onClose', () => stop());
  const check = (url: string): string => checkWebhookUrl(url, reachOf(context)).href;
  app.get(
    '/webhooks',
    { ...admin, schema: { summary: 'List webhooks', tags, response: { 200: z.object({ webhooks: z.array(hookView) }) } } },
    async () => ({ webhooks: (await book.read()).hooks.map(viewHook) }),
  );
  app.post(
    '/webhooks',
    {
      ...admin,
      schema: {
        summary: 'Register a webhook',
        description: 'The answer has its secret, which is not shown again.',
        tags,
        body: newHook,
        response: { 201: newHookView },
      },
    },
    async ({ body }, reply) => {
      const hook = await book.add({ ...body, url: check(body.url) });
      return reply.code(201).send({ ...viewHook(hook), secret: hook.secret });
    },
  );
  app.patch(
    '/webhooks/:id',
    { ...admin, schema: { summary: 'Change a webhook', tags, params: one, body: newHook.partial(), response: { 200: hookView } } },
    async ({ params, body }) => {
      const { url } = body;
      const hook = await book.change(params.id, { ...body, ...(url !== undefined && { url: check(url) }) });
      await sender.look();
      return viewHook(hook);
    },
  );
  app.delete(
    '/webhooks/:id',
    { ...admin, schema: { summary: 'Remove a webhook and its deliveries', tags, params: one, response: none } },
    async ({ params }, reply) => {
      await book.remove(params.id);
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/webhooks/:id/test',
    { ...admin, schema: { summary: 'Send a test message', tags, params: one, response: { 202: z.object({}) } } },
    async ({ params }, reply) => {
      await book.enqueue({ type: 'test', data: { message: 'a test of this webhook' } }, params.id);
      await sender.look();
      return reply.code(202).send({});
    },
  );
  deliveryRoutes(root, context);
};

const deliveryRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const sender = senderOf(context);
  const { book } = sender;
  const clean = cleaner(context);
  app.get(
    '/webhook-deliveries',
    {
      ...admin,
      schema: {
        summary: 'Deliveries that wait, and those that were given up',
        tags,
        querystring: z.strictObject({ state: z.enum(['waiting', 'dead']).optional() }),
        response: { 200: z.object({ deliveries: z.array(deliveryView) }) },
      },
    },
    async ({ query: { state } }) => {
      const views = (await book.read()).deliveries.map((delivery) => viewDelivery(delivery, clean));
      return { deliveries: views.filter((view) => state === undefined || view.state === state) };
    },
  );
  app.post(
    '/webhook-deliveries/:id/retry',
    { ...admin, schema: { summary: 'Deliver again', tags, params: one, response: { 202: deliveryView } } },
    async ({ params }, reply) => {
      const delivery = await book.retry(params.id);
      await sender.look();
      return reply.code(202).send(viewDelivery(delivery, clean));
    },
  );
  app.delete(
    '/webhook-deliveries/:id',
    { ...admin, schema: { summary: 'Forget a delivery', tags, params: one, response: none } },
    async ({ params }, reply) => {
      await book.forget(params.id);
      return reply.code(204).send(null);
    },
  );
};
