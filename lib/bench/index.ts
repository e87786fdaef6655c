/** Measures what this machine paints in a second, and lays the results of machines side by side. */
export { svgOf } from './compare/chart.ts';
export { type Cell, type Comparison, compareResults, type Line, nameOf } from './compare/compare.ts';
export { markdownOf } from './compare/markdown.ts';
export { pageOf } from './compare/page.ts';
export { readWorth, type Worth } from './compare/worth.ts';
export { reportEndings, reportFiles, writeReport } from './compare/write-report.ts';
export { type Figure, figuresOf, othersBusy, slowdown, slowTask, throttledBy } from './figures.ts';
export { buildNow, machineLines, machineNow } from './hardware/machine.ts';
export { ratioText, short, spreadText } from './numbers.ts';
export { readResult } from './result/read-result.ts';
export { type BenchResult, type Machine, type Repeat, resultSchema, resultVersion, type TaskResult } from './result/result.ts';
export { writeResult } from './result/write-result.ts';
export { type BenchOptions, runBench } from './run.ts';
export { overlap, type Spread, spreadOf } from './statistics.ts';
export { suiteVersion } from './tasks/standard.ts';
export { type EngineOptions, type SuiteName, suiteNames } from './tasks/task.ts';
