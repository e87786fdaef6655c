/** `ai-artist/models`: which models there are: bundled, installed, to be downloaded. */

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
