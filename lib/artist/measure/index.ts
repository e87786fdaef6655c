export { type EmbeddedWork, type EmbedWorksOptions, embedWorks, worksOf } from './embedded-works.ts';
export { type EvolutionRow, type EvolutionSpan, evolutionOf, evolutionSpans, type StyleShare } from './evolution.ts';
export { evolutionSvg } from './evolution-chart.ts';
export { type Facts, factLines, measureWorks, type Share, scoreOf } from './facts.ts';
