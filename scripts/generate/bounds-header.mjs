/** native/binding/generated/bounds.h: the bounds of the numbers that native requests hold, from the option tables. */
import { boundsOf, countOf, optionTables } from '../../lib/engine/index.ts';
import { trainRows } from '../../lib/train/index.ts';

/** The calls whose options become native requests. */
const natives = ['generate', 'loadModel', 'loadUpscaler', 'cannyEdges'];
/** The options of trainLora() that the native trainer takes as they are. */
const trained = ['network', 'noise', 'optimizer', 'ema', 'clipNorm', 'learningRate', 'textLearningRate'];

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A literal; an end that is not allowed itself is the next number above it. */
const literal = ({ min, max, above }) => `{${above && min === 0 ? '5e-324' : min}, ${max}}`;

function linesOf(table) {
  return Object.entries(table).flatMap(([key, row]) => {
    if (row.native === false || row.sampleArg !== undefined) return [];
    const name = snake(row.native || key);
    if (row.fields) {
      const inner = linesOf(row.fields);
      if (row.native === '' || inner.length === 0) return inner;
      return ['', `namespace ${name} {`, ...inner, `}  // namespace ${name}`];
    }
    const bounds = boundsOf(row.schema);
    const count = countOf(row.schema);
    if (bounds) return [`inline constexpr Bounds ${name}${literal(bounds)};`];
    return count ? [`inline constexpr Bounds ${name}_count${literal(count)};`] : [];
  });
}

export function boundsHeader() {
  const train = Object.fromEntries(trained.map((key) => [key, trainRows[key]]));
  const tables = [...natives.map((call) => [call, optionTables[call]]), ['train', train]];
  const spaces = tables.map(([call, table]) => {
    const lines = linesOf(table).join('\n');
    return `namespace ${snake(call)} {\n${lines}\n}  // namespace ${snake(call)}`;
  });
  return `// Generated from lib/engine/options and lib/train/settings by scripts/generate.mjs. Change it there, then: npm run generate
#pragma once

namespace ai_artist {

// Both ends are allowed.
struct Bounds {
    double min;
    double max;
};

namespace bounds {

${spaces.join('\n\n')}

}  // namespace bounds
}  // namespace ai_artist
`;
}
