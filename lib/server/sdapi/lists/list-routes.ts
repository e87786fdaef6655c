/** The lists that clients fill their menus with, and harmless answers for what they probe. */
import { freemem, totalmem } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServerContext } from '../../context.ts';
import { listAnswers, withErrors } from '../answers.ts';
import { autoencoders, checkpoints, latentModes, loraItems, networkItems, promptStyles, upscalerItems } from './catalogue.ts';
import { samplerItems, schedulerItems } from './sampling.ts';

const read = { scope: 'read' } as const;
const tags = ['A1111'];

/** Fixed on purpose: A1111 shows its whole command line here, with passwords. */
const flags = { api: true, nowebui: true, api_server_stop: false, share: false, listen: false, enable_insecure_extension_access: false };

function memory() {
  const [free, total] = [freemem(), totalmem()];
  return { ram: { free, used: total - free, total }, cuda: { error: 'unavailable: see /metrics' } };
}

function homeLists(app: FastifyInstance, context: ServerContext): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  const schema = <S extends z.ZodType>(summary: string, answer: S) => ({ tags, summary, response: withErrors(answer) });
  typed.get('/sd-models', { config: read, schema: schema('Models', listAnswers.checkpoints) }, () => checkpoints(context));
  typed.get('/sd-vae', { config: read, schema: schema('Autoencoders', listAnswers.autoencoders) }, () => autoencoders(context));
  typed.get('/sd-modules', { config: read, schema: schema('Autoencoders', listAnswers.autoencoders) }, () => autoencoders(context));
  typed.get('/upscalers', { config: read, schema: schema('Upscalers', listAnswers.upscalers) }, () => upscalerItems(context));
  typed.get('/realesrgan-models', { config: read, schema: schema('ESRGAN files', listAnswers.networks) }, () => networkItems(context));
  typed.get('/loras', { config: read, schema: schema('LoRAs', listAnswers.loras) }, ({ caller }) => loraItems(context, caller));
  typed.get('/prompt-styles', { config: read, schema: schema('Styles', listAnswers.styles) }, async ({ caller }) =>
    promptStyles(context, caller),
  );
}

/** Lists that never change while the server runs. */
const fixedLists = {
  samplers: [listAnswers.samplers, samplerItems],
  schedulers: [listAnswers.schedulers, schedulerItems],
  'latent-upscale-modes': [listAnswers.modes, latentModes],
  embeddings: [listAnswers.embeddings, { loaded: {}, skipped: {} }],
  scripts: [listAnswers.scripts, { txt2img: [], img2img: [] }],
  'face-restorers': [listAnswers.nothing, []],
  hypernetworks: [listAnswers.nothing, []],
  'script-info': [listAnswers.nothing, []],
  extensions: [listAnswers.nothing, []],
  'cmd-flags': [z.record(z.string(), z.boolean()), flags],
} as const;

/** Calls that make A1111 read its folders again or free memory. Folders are read anew for each list here, and models are freed when idle. */
const noOps = [
  'refresh-checkpoints',
  'refresh-vae',
  'refresh-loras',
  'refresh-embeddings',
  'unload-checkpoint',
  'reload-checkpoint',
] as const;

export function listRoutes(app: FastifyInstance, context: ServerContext): void {
  homeLists(app, context);
  for (const [name, [answer, value]] of Object.entries(fixedLists))
    app.get(`/${name}`, { config: read, schema: { tags, summary: `List: ${name}`, response: withErrors(answer) } }, async () => value);
  const memorySchema = z.object({ ram: z.record(z.string(), z.number()), cuda: z.record(z.string(), z.string()) });
  app.get('/memory', { config: read, schema: { tags, summary: 'Memory of this machine', response: withErrors(memorySchema) } }, async () =>
    memory(),
  );
  for (const name of noOps)
    app.post(
      `/${name}`,
      { config: { scope: 'paint' }, schema: { tags, summary: 'Does nothing: there is nothing to do', response: withErrors(z.object({})) } },
      async () => ({}),
    );
}
