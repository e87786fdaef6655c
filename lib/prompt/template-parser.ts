/**
 * The grammar of templates and of expanded prompts:
 *
 *   {a|b|2::c}             one of them; `2::` is a weight, by default 1
 *   __name__               a line of the word list `name`
 *   {name}                 a value: the caller's, or what the list of that name gave before
 *   {?name: a|b}           a if `name` has a value, else b (or nothing)
 *   {?name=x: a|b}         a if it is x; {?!name…} negates it
 *   \{ \} \| \_            the character itself; any other backslash stays, because the engine reads `\(` itself
 *
 * Everything can be nested.
 */
import { ArtistError, display } from '../core/index.ts';

export type TemplateNode =
  | { kind: 'text'; text: string }
  | { kind: 'alternatives'; source: string; options: { weight: number; source: string; nodes: TemplateNode[] }[] }
  | { kind: 'wildcard'; name: string }
  | { kind: 'value'; name: string }
  | {
      kind: 'condition';
      source: string;
      name: string;
      equals: string | undefined;
      not: boolean;
      yes: TemplateNode[];
      no: TemplateNode[];
    };

/** Maximum depth of nested braces. */
export const mostDepth = 16;
/** Longest template, and longest expanded text, characters. */
export const mostCharacters = 20_000;

const wildcardForm = /__([\p{L}\p{N}](?:[\p{L}\p{N}/.-]|_(?!_))*)__/uy;
const valueForm = /^[\p{L}\p{N}][\p{L}\p{N} _/.-]*$/u;
const conditionForm = /\{\?(!?)([\p{L}\p{N}][\p{L}\p{N} _/-]*?)\s*(?:=\s*([^:{}|]*?)\s*)?:/uy;
const weightForm = /\s*(\d+(?:\.\d+)?|\.\d+)::/y;

function matchAt(form: RegExp, text: string, at: number): RegExpExecArray | null {
  form.lastIndex = at;
  return form.exec(text);
}

class Parser {
  at = 0;

  constructor(
    readonly text: string,
    readonly name: string,
  ) {}

  fail(what: string): never {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${this.name}: ${what}. Write \\{ or \\} for the character itself`);
  }

  /** Parses up to the end, or inside braces up to | or }. */
  nodes(depth: number): TemplateNode[] {
    if (depth > mostDepth) this.fail(`expected braces at most ${mostDepth} deep, got more`);
    const nodes: TemplateNode[] = [];
    let run = '';
    const flush = (): void => {
      if (run !== '') nodes.push({ kind: 'text', text: run });
      run = '';
    };
    while (this.at < this.text.length) {
      const character = this.text[this.at] ?? '';
      if (character === '\\') {
        const next = this.text[this.at + 1] ?? '';
        run += '{}|_'.includes(next) && next !== '' ? next : character + next;
        this.at += 2;
      } else if (depth > 0 && (character === '|' || character === '}')) break;
      else if (character === '}') this.fail(`expected a { before the } at character ${this.at + 1}, got none`);
      else {
        const node = this.special(character, depth);
        if (node) {
          flush();
          nodes.push(node);
        } else {
          run += character;
          this.at++;
        }
      }
    }
    flush();
    return nodes;
  }

  special(character: string, depth: number): TemplateNode | undefined {
    if (character === '{') return this.braces(depth);
    const match = character === '_' ? matchAt(wildcardForm, this.text, this.at) : null;
    if (!match) return undefined;
    this.at = wildcardForm.lastIndex;
    return { kind: 'wildcard', name: match[1] ?? '' };
  }

  braces(depth: number): TemplateNode {
    const start = this.at;
    const condition = matchAt(conditionForm, this.text, this.at);
    if (!condition && this.text[this.at + 1] === '?')
      this.fail(`expected {?name: text} or {?name=value: text|otherwise}, got ${display(this.text.slice(start, start + 30))}`);
    this.at = condition ? conditionForm.lastIndex : this.at + 1;
    const options: { weight: number; source: string; nodes: TemplateNode[] }[] = [];
    for (;;) {
      const weight = condition ? null : matchAt(weightForm, this.text, this.at);
      if (weight) this.at = weightForm.lastIndex;
      const from = this.at;
      const nodes = this.nodes(depth + 1);
      options.push({ weight: weight ? Number(weight[1]) : 1, source: this.text.slice(from, this.at).trim(), nodes });
      const stop = this.text[this.at];
      if (stop === undefined) this.fail(`expected a } for the { at character ${start + 1}, got the end`);
      this.at++;
      if (stop === '}') break;
    }
    const source = this.text.slice(start, this.at);
    if (!condition) {
      const [only] = options;
      const isValue =
        options.length === 1 && only !== undefined && valueForm.test(only.source) && only.nodes.every(({ kind }) => kind === 'text');
      return isValue ? { kind: 'value', name: only.source } : { kind: 'alternatives', source, options };
    }
    const [, not, name = '', equals] = condition;
    if (options.length > 2) this.fail(`expected at most one | in ${display(source)}, got ${options.length - 1}`);
    return { kind: 'condition', source, name, equals, not: not === '!', yes: options[0]?.nodes ?? [], no: options[1]?.nodes ?? [] };
  }
}

/**
 * @param name name of the text, for errors
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function parseTemplate(text: string, name: string): TemplateNode[] {
  if (text.length > mostCharacters)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected at most ${mostCharacters} characters, got ${text.length}`);
  return new Parser(text, name).nodes(0);
}
