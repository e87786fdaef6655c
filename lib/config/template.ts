import { type Config, configSchema, descriptionOf, sectionOf } from './schema.ts';

/** A value as YAML on one line, written as JSON, which is valid YAML. */
const inline = (value: unknown): string => (value === undefined ? '' : ` ${JSON.stringify(value)}`);

const examples: Readonly<Record<string, unknown>> = {
  model: 'sd-turbo',
  loras: [{ path: 'my-style.safetensors', weight: 0.8 }],
  'prompt.topics': { 'my garden': ['a rose', 'an apple tree'] },
  'prompt.only': ['forest scene', 'my garden'],
  'prompt.styles': [{ name: 'woodcut', weight: 2 }],
  'prompt.modifiers': [{ group: 'light', name: 'candlelight' }],
  'prompt.templates': ['{subject}, {style}, {light}'],
  'llm.url': 'http://127.0.0.1:11434/v1',
  'llm.apiKey': { env: 'LLM_API_KEY' },
  'provenance.certificateFile': 'my-certificate.pem',
  'provenance.keyFile': 'my-key.pem',
  'models.token': { env: 'HF_TOKEN' },
  'on.work': [['notify-send', 'A new picture'], 'https://example.org/hook'],
  'metrics.port': 9464,
  'metrics.file': 'ai-artist.prom',
};

/** A configuration file that sets nothing: every key is commented out, with its meaning and default. */
export function configTemplate(schemaFile: string): string {
  const defaults: Config = configSchema.parse({});
  const lines = [
    `# yaml-language-server: $schema=${schemaFile}`,
    '# Settings of ai-artist. Take away a # to set one; what is not set has its default.',
    '# See what is in force, and why: ai-artist config show --origin',
  ];
  const write = (shape: Readonly<Record<string, unknown>>, values: Record<string, unknown>, path: readonly string[]): void => {
    const indent = '  '.repeat(path.length);
    for (const [key, schema] of Object.entries(shape)) {
      const inner = sectionOf(schema);
      const described = descriptionOf(schema as Parameters<typeof descriptionOf>[0]);
      if (path.length === 0) lines.push('');
      if (inner) {
        lines.push(`${indent}# ${described}`, `${indent}${key}:`);
        write(inner, (values[key] ?? {}) as Record<string, unknown>, [...path, key]);
      } else {
        const shown =
          values[key] === undefined || ['[]', '{}'].includes(JSON.stringify(values[key]))
            ? examples[[...path, key].join('.')]
            : values[key];
        lines.push(`${indent}# ${described}`, `${indent}# ${key}:${inline(shown)}`);
      }
    }
  };
  write(sectionOf(configSchema) ?? {}, defaults, []);
  return `${lines.join('\n')}\n`;
}
