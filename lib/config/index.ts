export { findConfigFile } from './file.ts';
export { initConfig } from './init.ts';
export { configJsonSchema } from './json-schema.ts';
export { environmentPrefix } from './layers.ts';
export { type ConfigSources, configPath, type LoadedConfig, leaves, loadConfig, type Origin, readSecret, redactedConfig } from './load.ts';
export { bare, type Config, configKeys, configSchema, descriptionOf, isSecret, type Secret, schemaAt, sectionOf } from './schema.ts';
export { type ServerSettings, serverSettings } from './server-settings.ts';
export { type ConfigChanges, type ListedSetting, listedSettings, setConfig, settingFault } from './set-config.ts';
export { configTemplate } from './template.ts';
