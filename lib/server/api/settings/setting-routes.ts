import { isDeepStrictEqual } from 'node:util';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { checkSettings, openSecrets } from '../../../artist/index.ts';
import {
  configJsonSchema,
  isFileOnly,
  type ListedSetting,
  type LoadedConfig,
  leaves,
  listedSettings,
  loadConfig,
  setConfig,
  settingFault,
} from '../../../config/index.ts';
import { ArtistError, display, isArtistError, redact } from '../../../core/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { withoutPaths as withoutPathsIn } from '../../errors/request-error.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import { shownPath, withoutPaths } from '../../shown-paths.ts';
import { settingForm, settingSection } from './setting-form.ts';

const tags = ['settings'];

const setting = z.object({
  key: z.string(),
  value: jsonValue().nullable().describe('null: not set; for a secret always'),
  from: z.string().describe('default, file, environment, set or flag'),
  place: z.string().describe('config.yaml:12, or the name of a variable; empty for a default'),
  secret: z.boolean(),
  isSet: z.boolean(),
  waits: z.boolean().describe('This server still has another value, and takes this one at its next start'),
  startedWith: z
    .string()
    .nullable()
    .describe('What this server was started with, which it uses in place of this value: --set or an option'),
});
export type Setting = z.output<typeof setting>;
const settings = z.object({ settings: z.array(setting) });
const checked = z.object({ ok: z.boolean(), problems: z.array(z.string()), warnings: z.array(z.string()) });

const values = z.record(z.string().max(200), jsonValue());

type Settings = z.output<typeof settings>;
type Values = z.output<typeof values>;

const byKey = ({ config }: LoadedConfig): Map<string, string> =>
  new Map(leaves(config).map(({ path, value }) => [path.join('.'), JSON.stringify(value)]));

/** What a client may see: not what names programs to run and addresses that may be secret. */
const listed = (loaded: LoadedConfig): ListedSetting[] => listedSettings(loaded).filter(({ key }) => !isFileOnly(key.split('.')));

/** @throws ArtistError ERR_FORBIDDEN: whoever has a token must not be able to run programs on this machine */
function checkNotFileOnly(keys: Iterable<string>): void {
  for (const key of keys)
    if (isFileOnly(key.split('.')))
      throw new ArtistError(
        'ERR_FORBIDDEN',
        `${key}: expected a setting that clients may change, got one that runs programs. Its owner sets it in config.yaml`,
      );
}

/** How the settings of the home compare with those that this server was started with. */
function viewOf(loaded: LoadedConfig, { home, config: running }: ServerContext): Settings {
  const [now, used] = [byKey(loaded), byKey(running)];
  return {
    settings: listed(loaded).map(({ value, place, ...rest }) => {
      const start = running.origins.get(rest.key);
      const startedWith = start?.from === 'set' || start?.from === 'flag' ? start.place : null;
      return {
        ...rest,
        value: (withoutPaths(value ?? null, home, rest.key.split('.').at(-1)) ?? null) as Setting['value'],
        place: shownPath(place, home),
        waits: startedWith === null && now.get(rest.key) !== used.get(rest.key),
        startedWith,
      };
    }),
  };
}

/** @throws ArtistError ERR_CHANGED: a setting has another value than the client saw */
function checkUnchanged(expected: Values, before: Settings): void {
  for (const [key, seen] of Object.entries(expected)) {
    const value = before.settings.find((one) => one.key === key)?.value ?? null;
    if (!isDeepStrictEqual(value, seen))
      throw new ArtistError(
        'ERR_CHANGED',
        `${key}: expected the value ${display(seen)} that you saw, got ${display(value)}: config.yaml was changed meanwhile. Read the settings again`,
      );
  }
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
  formRoutes(root, context);
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
          values: values.describe('By key; null: remove it, so that its default applies'),
          expected: values
            .default({})
            .describe(
              'Values by key, as GET /settings had them; if one is another by now, nothing is written, and the answer is ERR_CHANGED',
            ),
        }),
        response: { 200: settings },
      },
    },
    async ({ body: { values, expected } }) => {
      const changes = new Map(Object.entries(values).map(([key, value]) => [key, value ?? undefined]));
      if (changes.size === 0) throw new ArtistError('ERR_INVALID_ARGUMENT', 'values: expected a setting to change, got none');
      checkNotFileOnly(changes.keys());
      try {
        const check = (before: LoadedConfig): void => checkUnchanged(expected, viewOf(before, context));
        const isChecked = Object.keys(expected).length > 0;
        return viewOf(await setConfig(home.folder, changes, isChecked ? check : undefined), context);
      } catch (error) {
        // A value that the client sent is the client's fault, not that of the server's configuration.
        throw isArtistError(error, 'ERR_CONFIG') ? new ArtistError('ERR_INVALID_ARGUMENT', error.message, { cause: error }) : error;
      }
    },
  );
};

/** What a form of the settings needs: its sections, and whether what was typed is valid. */
const formRoutes: Routes = (root, { home }) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/settings/form',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'Settings as sections of a form: kind, bounds, choices, default and help', tags },
        response: { 200: z.object({ sections: z.array(settingSection) }) },
      },
    },
    async () => ({ sections: settingForm() }),
  );
  app.post(
    '/settings/check',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'Whether values could be set. Nothing is written', tags, body: z.strictObject({ values }) },
        response: { 200: z.object({ problems: z.record(z.string(), z.string()).describe('By key; empty: all are valid') }) },
      },
    },
    async ({ body }) => {
      const faults = Object.entries(body.values).flatMap(([key, value]) => {
        const fault = value === null ? undefined : settingFault(key, value);
        return fault === undefined ? [] : [[key, withoutPathsIn(redact(fault), home.folder)] as const];
      });
      return { problems: Object.fromEntries(faults) };
    },
  );
};
