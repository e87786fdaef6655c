/** Translates messages of lib for the command line: options become flags, calls become commands. Only this file does so. */

/** Commands for the calls in messages. */
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

/** Names of options on the command line. */
class Words {
  readonly #names: ReadonlyMap<string, string>;
  readonly #command: string;

  constructor(names: ReadonlyMap<string, string>, command: string) {
    this.#names = names;
    this.#command = command;
  }

  /** The flag of an option; undefined if this command has none. The index of a list element is dropped: the flag has none. */
  known(option: string): string | undefined {
    return this.#names.get(option) ?? this.#names.get(option.replace(/\.\d+(\.\w+)?$/, ''));
  }

  flag(option: string): string {
    return this.known(option) ?? (option === 'embeddings' ? '--embedding' : option === 'loras' ? '--lora' : `--${kebab(option)}`);
  }

  /** The name at the start of a message: an option, or the call. */
  subject(name: string): string {
    const flag = this.known(name);
    if (flag !== undefined) return flag;
    return this.#command !== '' && Object.hasOwn(commandOfCall, name) && /[A-Z]/.test(name) ? this.#command : name;
  }
}

/** [pattern in messages, its form on the command line] */
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
  // A word with an inner capital or point is an option, not English. Paths and quoted texts stay unchanged.
  [
    /(?<![\w./\\"'`-])([a-z]\w*(?:\.\w+)*)(?![\w/\\"'`(-]|\.\w)/g,
    (words, word = '') => (/[A-Z.]/.test(word) ? (words.known(word) ?? word) : word),
  ],
];

/**
 * Turns `vaeTiling.tileWidth: expected …` into `--tile-width: expected …`.
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
