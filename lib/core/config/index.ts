export { environmentPrefix } from './layers.ts';
export { type ConfigSources, configPath, type LoadedConfig, leaves, loadConfig, type Origin, readSecret, redactedConfig } from './load.ts';
export { type Config, configJsonSchema, configSchema, type Secret } from './schema.ts';
export { configTemplate } from './template.ts';
