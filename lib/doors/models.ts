/** `ai-artist/models`: listing and downloading models: bundled, installed and available ones. */

export {
  findAlias,
  type InspectModelOptions,
  type InstalledModel,
  inspectModel,
  listModels,
  type ModelAlias,
  type ModelInspection,
  modelAliases,
  modelPath,
  type PromptDomain,
  type PullEvent,
  type PulledModel,
  type PullModelOptions,
  type PullRetryEvent,
  promptDomain,
  pullModel,
  removeModel,
  verifyBundledModel,
} from '../models/index.ts';
