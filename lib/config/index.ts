export { environmentPrefix } from './layers.ts';
export { type ConfigSources, configPath, type LoadedConfig, leaves, loadConfig, type Origin, readSecret, redactedConfig } from './load.ts';
export { type Config, configKeys, configSchema, type Secret } from './schema.ts';

/** For editors: the JSON Schema of config.yaml. Its maker is a tenth of zod, and read when it is wanted. */
export async function configJsonSchema(): Promise<Record<string, unknown>> {
  return (await import('./json-schema.ts')).jsonSchema();
}

/** A configuration file with every key in it, each behind `#` with its meaning and its default. Nothing in it is set. */
export async function configTemplate(schemaFile: string): Promise<string> {
  return (await import('./template.ts')).configTemplate(schemaFile);
}
