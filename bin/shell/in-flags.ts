/** Messages of lib in the words of the command line: options become flags, calls become commands. The one place where that is done. */

/** Commands for calls that messages name. */
const commandOfCall: Readonly<Record<string, string>> = {
  convertModel: 'ai-artist convert',
  generate: 'ai-artist generate',
  inspectModel: 'ai-artist models inspect',
  loadClip: 'ai-artist score',
  loadModel: 'ai-artist generate',
  loadUpscaler: 'ai-artist upscale',
  mergeLoras: 'ai-artist lora merge',
  pullModel: 'ai-artist models pull',
  resizeLora: 'ai-artist lora resize',
  resumeTraining: 'ai-artist train resume',
  trainLora: 'ai-artist train',
  upscale: 'ai-artist upscale',
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What options are called here. */
class Words {
  readonly #names: ReadonlyMap<string, string>;
  readonly #command: string;

  constructor(names: ReadonlyMap<string, string>, command: string) {
    this.#names = names;
    this.#command = command;
  }

  /** The flag of an option; undefined: this command has none. An element of a list is named by its place, which the flag does not have. */
  known(option: string): string | undefined {
    return this.#names.get(option) ?? this.#names.get(option.replace(/\.\d+(\.\w+)?$/, ''));
  }

  flag(option: string): string {
    return this.known(option) ?? (option === 'embeddings' ? '--embedding' : option === 'loras' ? '--lora' : `--${kebab(option)}`);
  }

  /** The name in front of a message: an option, or the call that was made. */
  subject(name: string): string {
    const flag = this.known(name);
    if (flag !== undefined) return flag;
    return this.#command !== '' && Object.hasOwn(commandOfCall, name) && /[A-Z]/.test(name) ? this.#command : name;
  }
}

/** [what messages say, what it is here] */
const phrases: readonly [RegExp, (words: Words, ...found: string[]) => string][] = [
  [/\bpass (\w+): true\b/g, (words, option = '') => `give ${option === 'overwrite' ? '--force' : words.flag(option)}`],
  [/\bPass it to generate\(\): loras: \[\{ path \}\]/g, () => 'Give it to ai-artist generate as --lora'],
  [
    /\bPass it to upscale\(\), or as hires: \{ upscaler: "Model", model \}/g,
    () => 'Give it to ai-artist upscale as --model, or to ai-artist generate as --hires-model',
  ],
  [/\bPass it to loadModel\(\) as (\w+)/g, (words, option = '') => `Give it to ai-artist generate as ${words.flag(option)}`],
  [
    /\bPass it as (\w+)(?:: \{ [^}]* \})?, beside a (\w+)/g,
    (words, option = '', other = '') => `Give it to ai-artist generate as ${words.flag(option)}, beside ${words.flag(other)}`,
  ],
  [/\bLoad it again: loadModel\(\{ model, (\w+): path \}\)/g, (words, option = '') => `Give its file as ${words.flag(option)}`],
  [/\b(expected|got) (\w+) (beside it|as well)\b/g, (words, verb = '', option = '', rest = '') => `${verb} ${words.flag(option)} ${rest}`],
  [/`([\w.]+)`/g, (words, option = '') => words.known(option) ?? `\`${option}\``],
  [/\bby (\w+)\(\)/g, (_, call = '') => (Object.hasOwn(commandOfCall, call) ? `with \`${commandOfCall[call]}\`` : `by ${call}()`)],
  [/\b([a-zA-Z]+)\(\)/g, (_, call = '') => (Object.hasOwn(commandOfCall, call) ? (commandOfCall[call] ?? call) : `${call}()`)],
  // A word with a capital or a point inside is an option and no English; paths and quoted texts are left alone.
  [
    /(?<![\w./\\"'`-])([a-z]\w*(?:\.\w+)*)(?![\w/\\"'`(-]|\.\w)/g,
    (words, word = '') => (/[A-Z.]/.test(word) ? (words.known(word) ?? word) : word),
  ],
];

/**
 * `vaeTiling.tileWidth: expected …` is about `--tile-width` here.
 *
 * @param names flag or argument of each option of lib
 * @param command its words, "lora resize"
 */
export function inFlags(message: string, names: ReadonlyMap<string, string>, command: string): string {
  const words = new Words(names, command);
  const field = /^[\w.-]+(?=: )/.exec(message)?.[0] ?? '';
  const rest = phrases.reduce(
    (text, [pattern, instead]) => text.replace(pattern, (_, ...found: string[]) => instead(words, ...found)),
    message.slice(field.length),
  );
  return `${field === '' ? '' : words.subject(field)}${rest}`;
}
