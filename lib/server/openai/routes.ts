/** The image API of OpenAI (`/v1`), so that its clients connect unmodified. docs/server-openai.md says what each field means here. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, resolveOptions } from '../../core/index.ts';
import { readRecipe } from '../../image/index.ts';
import { acceptMultipart, jobSizeNote, pictureLimit } from '../app/limits.ts';
import type { Routes, ServerContext } from '../context.ts';
import { modelFacts } from '../models/facts.ts';
import { paintableModels } from '../models/paintable.ts';
import { inForm } from '../pictures/encode.ts';
import { visible } from '../visibility.ts';
import { readForm } from './edit-form.ts';
import { answerInOpenaiShape } from './errors.ts';
import { editMask } from './mask.ts';
import { modelAnswer, modelFor, modelNamed } from './models.ts';
import { Painter } from './paint.ts';
import { type Ground, planEdit, planGeneration, planVariation } from './plan.ts';
import { editBody, generationBody, variationBody } from './requests.ts';
import { imagesResponse, modelList, modelResponse } from './responses.ts';

/** What a request is planned on: the model that it names. */
async function groundFor(name: string | null | undefined, context: ServerContext): Promise<Ground> {
  const model = await modelFor(name, context, context.config.config.server.mapModels);
  return { model, facts: await modelFacts(context, model) };
}

function addModels(plain: FastifyInstance, context: ServerContext): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/models', {
    config: { scope: 'read' },
    schema: { summary: 'Models that paint here', tags: ['openai'], response: { 200: modelList } },
    handler: async () => ({ object: 'list' as const, data: (await paintableModels(context)).map(modelAnswer) }),
  });
  app.get('/models/:id', {
    config: { scope: 'read' },
    schema: { summary: 'One model', tags: ['openai'], params: z.object({ id: z.string() }), response: { 200: modelResponse } },
    handler: async ({ params }) => modelAnswer(await modelNamed(params.id, context)),
  });
}

function addPainting(plain: FastifyInstance, context: ServerContext, painter: Painter): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const bodyLimit = pictureLimit(context);
  const description = jobSizeNote(context);
  const response = { 200: imagesResponse };
  app.post('/images/generations', {
    config: { scope: 'paint' },
    bodyLimit,
    schema: { summary: 'Paint from a prompt', description, tags: ['openai'], body: generationBody, response },
    handler: async (request, reply) =>
      painter.answer(planGeneration(request.body, await groundFor(request.body.model, context)), request, reply),
  });
  app.post('/images/edits', {
    config: { scope: 'paint' },
    bodyLimit,
    schema: {
      summary: 'Repaint a picture, or the part of it that a mask leaves transparent',
      description,
      tags: ['openai'],
      consumes: ['multipart/form-data', 'application/json'],
      response,
    },
    handler: async (request, reply) => {
      const { fields, images, mask } = await readForm(request);
      const body = resolveOptions('request', editBody, fields);
      const ground = await groundFor(body.model, context);
      const [first] = images;
      return painter.answer(planEdit(body, images, first && (await editMask(first, mask)), ground), request, reply);
    },
  });
  app.post('/images/variations', {
    config: { scope: 'paint' },
    bodyLimit,
    schema: { summary: 'Paint a picture like a given one', description, tags: ['openai'], consumes: ['multipart/form-data'], response },
    handler: async (request, reply) => {
      const { fields, images } = await readForm(request);
      const [image] = images;
      if (image === undefined) throw new ArtistError('ERR_INVALID_ARGUMENT', 'image: expected a picture, got none');
      const body = resolveOptions('request', variationBody, fields);
      const [ground, found] = await Promise.all([groundFor(body.model, context), readRecipe(image)]);
      return painter.answer(planVariation(body, image, found?.recipe, ground), request, reply);
    },
  });
}

function addPictures(plain: FastifyInstance, context: ServerContext, { links }: Painter): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/images/files/:name', {
    config: { scope: 'read', open: true },
    schema: {
      summary: 'A picture of an answer with addresses, for two hours',
      description: 'Without a token, as long as its work is neither hidden nor in the trash.',
      tags: ['openai'],
      params: z.object({ name: z.string() }),
      produces: ['image/*'],
    },
    handler: async ({ params, caller }, reply) => {
      const { job, index, form } = await links.read(params.name);
      const { picture, bytes } = await context.jobs.picture(job, index);
      // The work may have been hidden since. A picture that was not filed belongs to its address alone.
      if (picture.work !== null) await visible(caller, picture.work, (id) => context.gallery.summary(id));
      const file = await inForm(bytes, picture.recipe, form);
      // Web pages of other origins show it: its address is the permission.
      reply
        .type(`image/${form.format}`)
        .headers({ 'cache-control': 'private, max-age=7200, immutable', 'cross-origin-resource-policy': 'cross-origin' });
      return reply.send(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
    },
  });
}

export const openaiRoutes: Routes = async (app, context) => {
  answerInOpenaiShape(app, context);
  await acceptMultipart(app, context);
  const painter = new Painter(context);
  addModels(app, context);
  addPainting(app, context, painter);
  addPictures(app, context, painter);
};
