import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { planPrompt } from '../../../artist/index.ts';
import { ArtistError, systemRandom } from '../../../core/index.ts';
import { type FoundRecipe, readInfotext, readRecipe } from '../../../image/index.ts';
import type { ServerContext } from '../../context.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import { acceptPictureBodies, pictureBody, pictureBodyTypes } from '../../pictures/raw-body.ts';
import { withoutPaths } from '../../shown-paths.ts';

const json = jsonValue();

/** Tools for prompts and recipes. */
export function toolRoutes(root: FastifyInstance, context: ServerContext): void {
  promptRoute(root, context);
  recipeRoutes(root);
}

const recipeAnswer = z.object({
  source: z.string().describe('The program that wrote it'),
  recipe: z.record(z.string(), json),
});

const mostUploadBytes = 64 * 1024 * 1024;

function promptRoute(root: FastifyInstance, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/prompt/preview',
    {
      config: { scope: 'paint' },
      schema: {
        ...{
          summary: 'The prompt that create would paint, and how it comes about',
          description: 'Paints nothing and asks no museum.',
          tags: ['tools'],
        },
        body: z.strictObject({
          prompt: z.string().max(100_000).optional().describe('A template; without one the artist chooses'),
          subject: z.string().max(10_000).optional(),
          topic: z.string().max(200).optional(),
          style: z.string().max(10_000).optional(),
          model: z.string().max(1000).optional(),
          seed: z
            .int()
            .min(0)
            .max(2 ** 53 - 1)
            .optional(),
        }),
        response: {
          200: z.object({
            prompt: z.string(),
            negativePrompt: z.string().nullable(),
            seed: z.number(),
            lines: z.array(z.string()),
            derivation: z.record(z.string(), json),
          }),
        },
      },
    },
    async ({ body: { seed: given, ...wishes } }) => {
      const { home, config, gallery, closing } = context;
      const seed = given ?? Math.floor(systemRandom() * 2 ** 32);
      const planned = await planPrompt(wishes, { settings: config.config.prompt, home: home.folder, seed, signal: closing, gallery });
      const { prompt, negativePrompt, lines, derivation } = planned;
      const shown = withoutPaths(derivation, home) as Record<string, z.output<typeof json>>;
      return { prompt, negativePrompt: negativePrompt ?? null, seed, lines, derivation: JSON.parse(JSON.stringify(shown)) };
    },
  );
}

function recipeRoutes(root: FastifyInstance): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/recipes/parse',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'The recipe in an infotext of A1111', tags: ['tools'] },
        body: z.strictObject({ text: z.string().min(1).max(1_000_000) }),
        response: { 200: recipeAnswer },
      },
    },
    async ({ body }) => {
      const recipe = readInfotext(body.text);
      if (!recipe)
        throw new ArtistError('ERR_INVALID_ARGUMENT', 'text: expected an infotext, such as "a fox\\nSteps: 20, Seed: 7", got another text');
      return { source: 'infotext', recipe: plain(recipe) };
    },
  );
  root.register(async (inner) => {
    acceptPictureBodies(inner, pictureBodyTypes, mostUploadBytes);
    inner.withTypeProvider<ZodTypeProvider>().post(
      '/recipes/read',
      {
        config: { scope: 'paint' },
        bodyLimit: mostUploadBytes,
        schema: {
          ...{
            summary: 'The recipe in a picture, of this or another program',
            description: 'The body is the picture, up to 64 MiB.',
            tags: ['tools'],
          },
          ...{ consumes: pictureBodyTypes, response: { 200: recipeAnswer } },
        },
      },
      async ({ body }) => {
        const found: FoundRecipe | undefined = await readRecipe(pictureBody(body));
        if (!found) throw new ArtistError('ERR_NOT_FOUND', 'body: the picture carries no recipe');
        return { source: found.source, recipe: plain(found.recipe) };
      },
    );
  });
}

const plain = (value: unknown): Record<string, z.output<typeof json>> => JSON.parse(JSON.stringify(value));
