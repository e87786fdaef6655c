export { type EmbeddedWork, type EmbedWorksOptions, embedWorks, worksOf } from './embedded-works.ts';
export { type Facts, factLines, measureWorks, type Share, scoreOf } from './facts.ts';
