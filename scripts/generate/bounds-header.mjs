/** native/binding/generated/bounds.h: the bounds of the numbers that native requests hold, from the option tables. */
import { boundsOf, countOf, optionTables } from '../../lib/engine/index.ts';

/** The calls whose options become native requests. */
const natives = ['generate', 'loadModel', 'loadUpscaler', 'cannyEdges'];

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
  const spaces = natives.map((call) => {
    const lines = linesOf(optionTables[call]).join('\n');
    return `namespace ${snake(call)} {\n${lines}\n}  // namespace ${snake(call)}`;
  });
  return `// Generated from lib/engine/options by scripts/generate.mjs. Change it there, then: npm run generate
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
