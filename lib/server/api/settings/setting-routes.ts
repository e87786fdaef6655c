import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { checkSettings, openSecrets } from '../../../artist/index.ts';
import { configJsonSchema, listedSettings, loadConfig, setConfig } from '../../../config/index.ts';
import { ArtistError, isArtistError, redact } from '../../../core/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { withoutPaths as withoutPathsIn } from '../../errors/request-error.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import { shownPath, withoutPaths } from '../../shown-paths.ts';

const setting = z.object({
  key: z.string(),
  value: jsonValue().nullable().describe('null: not set; for a secret always'),
  from: z.string().describe('default, file, environment, set or flag'),
  place: z.string().describe('config.yaml:12, or the name of a variable; empty for a default'),
  secret: z.boolean(),
  isSet: z.boolean(),
});
const settings = z.object({ settings: z.array(setting) });
const checked = z.object({ ok: z.boolean(), problems: z.array(z.string()), warnings: z.array(z.string()) });

type Settings = z.output<typeof settings>;

function viewOf(loaded: Parameters<typeof listedSettings>[0], { home }: ServerContext): Settings {
  return {
    settings: listedSettings(loaded).map(({ value, place, ...rest }) => ({
      ...rest,
      value: (withoutPaths(value ?? null, home, rest.key.split('.').at(-1)) ?? null) as Settings['settings'][number]['value'],
      place: shownPath(place, home),
    })),
  };
}

/** What `config check` finds in the file as it is now. */
async function check({ home }: ServerContext): Promise<z.output<typeof checked>> {
  try {
    const loaded = await loadConfig({ home: home.folder });
    await checkSettings(loaded);
    const warnings = await openSecrets(loaded);
    return { ok: true, problems: [], warnings: warnings.map((line) => withoutPathsIn(line, home.folder)) };
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return { ok: false, problems: error.message.split('\n').map((line) => withoutPathsIn(redact(line), home.folder)), warnings: [] };
  }
}

/** The settings in config.yaml. Those that the server itself uses are in force after its next start. */
export const settingRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const tags = ['settings'];
  const { home } = context;
  app.get(
    '/settings',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Every setting, its value and where that comes from',
        description: 'Secrets have no value.',
        tags,
        response: { 200: settings },
      },
    },
    async () => viewOf(await loadConfig({ home: home.folder }), context),
  );
  app.get(
    '/settings/schema',
    {
      config: { scope: 'read' },
      schema: { summary: 'JSON Schema of the settings', tags, response: { 200: z.record(z.string(), jsonValue()) } },
    },
    async () => configJsonSchema() as Record<string, z.output<ReturnType<typeof z.json>>>,
  );
  app.get(
    '/settings/check',
    {
      config: { scope: 'admin' },
      schema: { summary: 'Whether the settings are valid, and the files they name there', tags, response: { 200: checked } },
    },
    () => check(context),
  );
  app.patch(
    '/settings',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Change settings in config.yaml',
        description:
          'Comments stay. Nothing is written unless all settings are valid afterwards. In force after the next start of what uses them.',
        tags,
        body: z.strictObject({
          values: z.record(z.string().max(200), jsonValue()).describe('By key; null: remove it, so that its default applies'),
        }),
        response: { 200: settings },
      },
    },
    async ({ body: { values } }) => {
      const changes = new Map(Object.entries(values).map(([key, value]) => [key, value ?? undefined]));
      if (changes.size === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', 'values: expected a setting to change, got none');
      try {
        return viewOf(await setConfig(home.folder, changes), context);
      } catch (error) {
        // A value that the client sent is the client's fault, not that of the server's configuration.
        throw isArtistError(error, 'ERR_CONFIG') ? new ArtistError('ERR_INVALID_ARGUMENT', error.message, { cause: error }) : error;
      }
    },
  );
};
