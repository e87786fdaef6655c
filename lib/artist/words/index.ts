export { altTextOf } from './alt-text.ts';
export { type PromptParts, promptParts } from './parts.ts';
export { longestTitle, titleCase, titleOf } from './title.ts';
