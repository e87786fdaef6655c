/** The hooks of typescript.mjs. They run in a thread of their own, once per process. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compiled } from './compile-typescript.mjs';

const isTypeScript = (url) => url.protocol === 'file:' && url.pathname.endsWith('.ts');

/** Without a look at the disk: an import names the whole file. */
export function resolve(specifier, context, nextResolve) {
  if (!specifier.endsWith('.ts') && !specifier.includes('.ts?')) return nextResolve(specifier, context);
  const base = context.parentURL?.startsWith('file:') ? context.parentURL : undefined;
  const url = /^(\.{0,2}\/|file:)/.test(specifier) && URL.canParse(specifier, base) ? new URL(specifier, base) : undefined;
  if (url === undefined || !isTypeScript(url)) return nextResolve(specifier, context);
  return { url: url.href, format: 'module', shortCircuit: true };
}

export function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !isTypeScript(new URL(url))) return nextLoad(url, context);
  const file = fileURLToPath(url);
  return { format: 'module', source: compiled(file, readFileSync(file, 'utf8')), shortCircuit: true };
}
