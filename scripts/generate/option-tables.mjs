/**
 * The tables of options in docs/, between `<!-- options: TABLE -->` (the rows of a table in lib/engine/options, by their JSDoc) or
 * `<!-- flags: COMMAND -->` (the flags of a command, as --help shows them) and `<!-- end -->`.
 */
import { commands } from '../../bin/commands/table.ts';
import { descriptionOf } from '../../bin/flags/flags.ts';
import { nameOf } from '../../bin/shell/command-line.ts';

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('__', '\\_\\_');

const table = (first, rows) => [`| ${first} | ${first === 'option' ? 'meaning' : 'Meaning'} |`, '|---|---|', ...rows].join('\n');

function optionsTable(names, comments) {
  const rows = names.flatMap((name) => {
    const known = comments.get(name);
    if (!known) throw new Error(`docs: no table ${name} in lib/engine/options`);
    return [...known].map(([key, comment]) => `| \`${key}\` | ${cell(comment)} |`);
  });
  return table('Option', rows);
}

async function flagsTables(name) {
  const command = await commands.find((entry) => nameOf(entry) === name)?.load();
  if (!command) throw new Error(`docs: no command ${name}`);
  const groups = new Map();
  for (const entry of Object.entries(command.flags)) {
    const { group = '' } = entry[1];
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  const rows = (flags) =>
    flags.map(([flag, about]) => {
      const names = [flag, ...(about.aliases ?? [])].map((each) => `\`--${each}\``).join(', ');
      return `| ${names} | ${cell(descriptionOf(about))} |`;
    });
  const parts = [...groups].map(([group, flags]) => `${group === '' ? '' : `**${group}**\n\n`}${table('option', rows(flags))}`);
  return parts.join('\n\n');
}

/** A page with its tables written anew. */
export async function withTables(page, comments) {
  const marked = /(<!-- (options|flags): ([\w ]+) -->\n).*?(\n<!-- end -->)/gs;
  let written = '';
  let end = 0;
  for (const found of page.matchAll(marked)) {
    const [all, begin, kind, names, close] = found;
    const made = kind === 'options' ? optionsTable(names.split(' '), comments) : await flagsTables(names);
    written += `${page.slice(end, found.index)}${begin}${made}${close}`;
    end = found.index + all.length;
  }
  return written + page.slice(end);
}
