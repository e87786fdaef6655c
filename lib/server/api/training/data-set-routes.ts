import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, readPlainFile } from '../../../core/index.ts';
import { imageKind } from '../../../image/index.ts';
import { pictureLimit } from '../../app/limits.ts';
import type { ServerContext } from '../../context.ts';
import type { DataSets } from './data-sets.ts';

const tags = ['training'];
const admin = { config: { scope: 'admin' } } as const;
const name = z.string().min(1).max(200);
const setParams = z.strictObject({ name });
const pictureParams = z.strictObject({ name, file: name });
const picture = z.object({
  file: z.string(),
  bytes: z.int(),
  caption: z.string().nullable(),
  licence: z.string().nullable().describe('Its own; null: that of the data set'),
});
const licence = z.string().min(1).max(200).describe('own, permission, or an SPDX id such as CC0-1.0');
const check = z.object({
  pictures: z.int(),
  warnings: z.array(z.string()),
  licence: z.string(),
  obligations: z.array(z.string()).describe('What the LoRA inherits from the licences'),
});
const nothing = { 204: z.null() };

/** Making, listing, checking and removing data sets. */
export function dataSetRoutes(root: FastifyInstance, { closing }: ServerContext, sets: DataSets): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/training/datasets',
    { ...admin, schema: { summary: 'List data sets', tags, response: { 200: z.object({ dataSets: z.array(z.string()) }) } } },
    async () => ({ dataSets: await sets.names() }),
  );
  app.post(
    '/training/datasets',
    {
      ...admin,
      schema: {
        summary: 'Make a data set',
        tags,
        body: z.strictObject({ name, licence: licence.optional() }),
        response: { 201: z.object({ name: z.string() }) },
      },
    },
    async ({ body }, reply) => {
      await sets.create(body.name, body.licence);
      return reply.code(201).send({ name: body.name });
    },
  );
  app.get(
    '/training/datasets/:name',
    {
      ...admin,
      schema: {
        summary: 'The pictures of a data set, with captions and licences',
        tags,
        params: setParams,
        response: { 200: z.object({ licence: z.string().nullable(), pictures: z.array(picture) }) },
      },
    },
    async ({ params }) => ({ licence: await sets.licence(params.name), pictures: await sets.pictures(params.name) }),
  );
  app.post(
    '/training/datasets/:name/check',
    {
      ...admin,
      schema: {
        summary: 'Check pictures and licences as a run would',
        description: 'Decodes every picture. What cannot be trained on is an error with code ERR_TRAIN_DATA or ERR_LICENCE.',
        tags,
        params: setParams,
        response: { 200: check },
      },
    },
    ({ params }) => sets.check(params.name, closing),
  );
  app.put(
    '/training/datasets/:name/licence',
    {
      ...admin,
      schema: {
        summary: 'State the licence of its pictures',
        tags,
        params: setParams,
        body: z.strictObject({ licence }),
        response: nothing,
      },
    },
    async ({ params, body }, reply) => {
      await sets.setLicence(params.name, body.licence);
      return reply.code(204).send(null);
    },
  );
  app.delete(
    '/training/datasets/:name',
    { ...admin, schema: { summary: 'Remove a data set and its pictures', tags, params: setParams, response: nothing } },
    async ({ params }, reply) => {
      await sets.remove(params.name);
      return reply.code(204).send(null);
    },
  );
}

/** Pictures of a data set. */
export function pictureRoutes(root: FastifyInstance, context: ServerContext, sets: DataSets): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/training/datasets/:name/pictures',
    {
      ...admin,
      bodyLimit: pictureLimit(context),
      schema: {
        summary: 'Add pictures',
        description:
          'multipart/form-data: up to 20 files, each picture with its name; the field `captions` with JSON {"fox.png": "a fox"} captions them.',
        tags,
        params: setParams,
        response: { 201: z.object({ files: z.array(z.string()) }) },
      },
    },
    async (request, reply) => {
      if (!request.isMultipart())
        throw new ArtistError('ERR_INVALID_ARGUMENT', 'body: expected multipart/form-data with pictures, got none');
      const files = new Map<string, string>();
      let captions: Record<string, string> = {};
      for await (const part of request.parts()) {
        if (part.type === 'file') files.set(part.filename, await sets.add(request.params.name, part.filename, await part.toBuffer()));
        else if (part.fieldname === 'captions') captions = captionsOf(String(part.value));
      }
      for (const [given, file] of files) {
        const caption = captions[given] ?? captions[file];
        if (caption !== undefined) await sets.setCaption(request.params.name, file, caption);
      }
      return reply.code(201).send({ files: [...files.values()] });
    },
  );
  app.get(
    '/training/datasets/:name/pictures/:file',
    { ...admin, schema: { summary: 'The file of a picture', tags, params: pictureParams, response: { 200: z.any() } } },
    async ({ params }, reply) => {
      const bytes = await readPlainFile(await sets.picture(params.name, params.file));
      return reply
        .type(`image/${imageKind(bytes) ?? 'png'}`)
        .header('cache-control', 'private, no-cache')
        .send(bytes);
    },
  );
  app.delete(
    '/training/datasets/:name/pictures/:file',
    { ...admin, schema: { summary: 'Remove a picture with its caption', tags, params: pictureParams, response: nothing } },
    async ({ params }, reply) => {
      await sets.removePicture(params.name, params.file);
      return reply.code(204).send(null);
    },
  );
}

/** What is said about pictures of a data set. */
export function pictureTextRoutes(root: FastifyInstance, sets: DataSets): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.put(
    '/training/datasets/:name/pictures/:file/caption',
    {
      ...admin,
      schema: {
        summary: 'Caption a picture',
        tags,
        params: pictureParams,
        body: z.strictObject({ caption: z.string().max(20_000) }),
        response: nothing,
      },
    },
    async ({ params, body }, reply) => {
      await sets.setCaption(params.name, params.file, body.caption);
      return reply.code(204).send(null);
    },
  );
  app.put(
    '/training/datasets/:name/pictures/:file/licence',
    {
      ...admin,
      schema: {
        summary: 'State the licence of one picture',
        tags,
        params: pictureParams,
        body: z.strictObject({ licence: licence.nullable().describe('null: that of the data set counts') }),
        response: nothing,
      },
    },
    async ({ params, body }, reply) => {
      await sets.setPictureLicence(params.name, params.file, body.licence);
      return reply.code(204).send(null);
    },
  );
}

function captionsOf(text: string): Record<string, string> {
  const parsed = z.record(z.string(), z.string().max(20_000)).safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new ArtistError('ERR_INVALID_ARGUMENT', 'captions: expected JSON such as {"fox.png": "a fox"}, got another text');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
}
