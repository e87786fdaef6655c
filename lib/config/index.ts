export { findConfigFile } from './file.ts';
export { initConfig } from './init.ts';
export { configJsonSchema } from './json-schema.ts';
export { environmentPrefix } from './layers.ts';
export { type ConfigSources, configPath, type LoadedConfig, leaves, loadConfig, type Origin, readSecret, redactedConfig } from './load.ts';
export { type Config, configKeys, configSchema, type Secret } from './schema.ts';
export { type ServerSettings, serverSettings } from './server-settings.ts';
export { type ConfigChanges, type ListedSetting, listedSettings, setConfig } from './set-config.ts';
export { configTemplate } from './template.ts';
