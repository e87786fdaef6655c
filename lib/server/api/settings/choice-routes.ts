import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { readWordLists } from '../../../artist/index.ts';
import type { Home } from '../../../core/index.ts';
import { hiresUpscalers, samplers, schedulers } from '../../../engine/index.ts';
import { loraTitle } from '../../../image/index.ts';
import { LoraList, type StoredLora } from '../../../lora/index.ts';
import { bundledModel, bundledName, listModels, modelAliases } from '../../../models/index.ts';
import { builtInStyles, topicsOf } from '../../../prompt/index.ts';
import type { Caller, Routes, ServerContext } from '../../context.ts';
import { bundledUpscalerName, partsOf } from '../../models/parts.ts';
import { seesPrivate } from '../../visibility.ts';
import { completed } from './completion.ts';
import { optionCalls, optionRow, optionsOfCall } from './option-view.ts';

const search = z.strictObject({
  q: z.string().max(200).default('').describe('Only names that contain it; those that begin with it come first'),
  limit: z.coerce.number().int().min(1).max(5000).default(100),
});
const tags = ['choices'];

const loraView = z.object({
  name: z.string(),
  title: z.string().nullable(),
  kind: z.string().nullable(),
  trainedFor: z.string().nullable(),
  triggers: z.array(z.string()).describe('Words that the captions of its training pictures had; only for callers with a token'),
  licence: z.string().nullable(),
  bytes: z.int(),
  problem: z.string().nullable().describe('Why it cannot be used'),
});

/** LoRAs as a caller may see them: what their captions say may be private. */
function lorasFor(caller: Caller, loras: readonly StoredLora[]): z.output<typeof loraView>[] {
  return loras.map(viewOfLora).map((view) => (seesPrivate(caller) ? view : { ...view, triggers: [] }));
}

function viewOfLora({ name, bytes, info, problem }: StoredLora): z.output<typeof loraView> {
  const { title, kind, trainedFor, triggers, licence } = info ?? {};
  return {
    ...{ name, bytes, problem: problem ?? null, triggers: [...(triggers ?? [])] },
    ...{ title: title ?? null, kind: kind ?? null, trainedFor: trainedFor ?? null, licence: licence ?? null },
  };
}

const modelView = z.object({
  name: z.string(),
  title: z.string().nullable(),
  status: z.enum(['bundled', 'installed', 'incomplete', 'available']),
  bytes: z.number().nullable(),
  licence: z.string().nullable(),
  gated: z.boolean(),
});
type ModelView = z.output<typeof modelView>;

async function modelsOf({ home }: ServerContext): Promise<ModelView[]> {
  const installed = await listModels({ home: home.folder });
  const known = new Set(installed.map(({ name }) => name));
  const { licence, manifest } = bundledModel();
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    { name: bundledName, title: null, status: 'bundled', bytes, licence: licence.name, gated: false },
    ...installed.map(({ name, alias, bytes, complete }): ModelView => {
      const status = complete ? 'installed' : 'incomplete';
      return { name, title: alias?.title ?? null, status, bytes, licence: alias?.licence.name ?? null, gated: alias?.gated ?? false };
    }),
    ...modelAliases
      .filter(({ name }) => !known.has(name))
      .map(
        ({ name, title, licence, gated }): ModelView => ({
          name,
          title,
          status: 'available',
          bytes: null,
          licence: licence.name,
          gated: gated ?? false,
        }),
      ),
  ];
}

/** What the forms of a client offer. */
export const choiceRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const loras = new LoraList(context.home.folder, context.clock);
  app.get(
    '/options',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'Options of a call, with bounds and help', tags },
        querystring: z.strictObject({ call: z.enum(optionCalls).default('generate') }),
        response: { 200: z.object({ options: z.array(optionRow) }) },
      },
    },
    async ({ query }) => ({ options: optionsOfCall(query.call) }),
  );
  app.get(
    '/models',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'Models: bundled, installed, and those that can be pulled', tags },
        querystring: search,
        response: { 200: z.object({ models: z.array(modelView) }) },
      },
    },
    async ({ query }) => ({ models: completed(await modelsOf(context), query, ({ name, title }) => [name, title ?? '']) }),
  );
  app.get(
    '/loras',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'LoRAs with their trigger words and licences', tags },
        querystring: search,
        response: { 200: z.object({ loras: z.array(loraView), total: z.int() }) },
      },
    },
    async ({ query, caller }) => {
      const all = lorasFor(caller, await loras.all());
      return { loras: completed(all, query, ({ name, title, triggers }) => [name, title ?? '', ...triggers]), total: all.length };
    },
  );
  wordRoutes(root, context);
};

function wordRoutes(root: FastifyInstance, { home, config }: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { topics, styles } = config.config.prompt;
  const named = z.object({
    name: z.string(),
    phrase: z.string().nullable(),
    weight: z.number(),
    lora: z.string().nullable(),
    own: z.boolean(),
  });
  app.get(
    '/styles',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'Styles of the artist; with a token, your own too', tags },
        querystring: search,
        response: { 200: z.object({ styles: z.array(named) }) },
      },
    },
    async ({ query, caller }) => {
      const own = (seesPrivate(caller) ? styles : []).map(({ name, phrase, weight, lora }) => ({
        name,
        phrase: phrase ?? null,
        weight,
        lora: lora?.path.split(/[\\/]/).at(-1) ?? null,
        own: true,
      }));
      const builtIn = [...builtInStyles('bundled'), ...builtInStyles('sentences')]
        .filter(({ name }) => !own.some((each) => each.name === name))
        .map(({ name, phrase, weight }) => ({ name, phrase: phrase ?? null, weight, lora: null, own: false }));
      return { styles: completed([...own, ...builtIn], query, ({ name, phrase }) => [name, phrase ?? '']) };
    },
  );
  const topic = z.object({ name: z.string(), subjects: z.int() });
  app.get(
    '/topics',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'Topics of the artist; with a token, your own too', tags },
        querystring: search,
        response: { 200: z.object({ topics: z.array(topic) }) },
      },
    },
    async ({ query, caller }) => ({
      topics: completed(topicsOf(seesPrivate(caller) ? topics : {}), query, ({ name }) => [name]).map(({ name, subjects }) => ({
        name,
        subjects: subjects.length,
      })),
    }),
  );
  listRoutes(root, home);
}

function upscalerRoute(root: FastifyInstance, home: Home): void {
  const known = z.object({
    names: z.array(z.string()).describe('For hires.upscaler'),
    models: z
      .array(z.string())
      .describe('Networks, for `model` of upscale jobs and hires.model: the bundled one, and the ESRGAN files of the home'),
  });
  root.withTypeProvider<ZodTypeProvider>().get(
    '/upscalers',
    {
      config: { scope: 'read' },
      schema: { ...{ summary: 'Names of upscalers', tags }, querystring: search, response: { 200: known } },
    },
    async ({ query }) => {
      const files = (await partsOf({ home }, 'upscaler')).map(({ name }) => loraTitle(name));
      const found = (names: readonly string[]): string[] => completed(names, query, (name) => [name]);
      return { names: found(hiresUpscalers), models: found([bundledUpscalerName, ...files]) };
    },
  );
}

function listRoutes(root: FastifyInstance, home: Home): void {
  upscalerRoute(root, home);
  const app = root.withTypeProvider<ZodTypeProvider>();
  const list = z.object({ name: z.string(), words: z.int(), sample: z.array(z.string()) });
  app.get(
    '/wildcards',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'Word lists for __name__ in prompts', tags },
        querystring: search,
        response: { 200: z.object({ wildcards: z.array(list) }) },
      },
    },
    async ({ query }) => {
      const lists = [...(await readWordLists(home.folder))].map(([name, entries]) => ({
        name,
        words: entries.length,
        sample: entries.slice(0, 10).map(({ value }) => value),
      }));
      return { wildcards: completed(lists, query, ({ name }) => [name]) };
    },
  );
  const fixed = { samplers, schedulers } as const;
  for (const [path, names] of Object.entries(fixed))
    app.get(
      `/${path}`,
      {
        config: { scope: 'read' },
        schema: {
          ...{ summary: `Names of ${path}`, tags },
          querystring: search,
          response: { 200: z.object({ names: z.array(z.string()) }) },
        },
      },
      async ({ query }) => ({ names: completed([...names] as string[], query, (name) => [name]) }),
    );
}
