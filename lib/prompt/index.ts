export {
  noPreferences,
  type Observation,
  observeWorks,
  type Preferences,
  posteriorOf,
  preferencesSchema,
  preferencesState,
} from './bandit.ts';
export {
  type ChooseOptions,
  type ChosenPrompt,
  choosePrompt,
  expandPrompt,
  findTopic,
  type PromptSettings,
  promptSettings,
  topicsOf,
} from './choose.ts';
export { type Derivation, type DerivedChoice, derivationSchema, describeDerivation, describeWordings } from './derivation.ts';
export { estimateTokens, familyRules, type PromptFamily, promptFamilies, promptFamilyOf } from './families.ts';
export {
  findInspiration,
  type Inspiration,
  type InspirationOptions,
  type Licence,
  type Museum,
  museums,
  subjectOfTitle,
} from './inspiration.ts';
export type { WeightedStyle } from './mix.ts';
export { outcomesOf, subjectsOfWorks, type WorkOutcome } from './outcomes.ts';
export { builtInStyles, type Style } from './styles.ts';
export { type Expanded, type ExpandOptions, expandTemplate, parseWordList, type WordLists } from './template.ts';
export { builtInTopics, bundledSubjects, type Topic } from './topics.ts';
