/** Shown in place of a secret. */
export const hidden = '(secret)';

/** Shorter texts cannot be distinguished from ordinary words. */
const shortestSecret = 6;
const secrets = new Set<string>();

/**
 * Makes redact() hide this text from now on. In an address with a password only the password is hidden; the rest is useful to an operator.
 */
export function rememberSecret(text: string): void {
  const password = passwordOf(text);
  for (const secret of password === undefined ? (text.includes('://') ? [] : [text]) : [password, decoded(password)])
    if (secret.length >= shortestSecret) secrets.add(secret);
}

function passwordOf(text: string): string | undefined {
  return /^[a-z][\w+.-]*:\/\/[^/?#@:]*:([^@]+)@/i.exec(text)?.[1];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % is an ordinary character
  }
}

type Pattern = readonly [found: RegExp, instead: string];

/** Secrets in any text. */
const everywhere: readonly Pattern[] = [
  // user:password@ in an address; the password ends at the last @ before the next slash or blank.
  [/\b([a-z][\w+.-]*:\/\/[^\s/?#@:]*):[^\s/?#]*@/gi, `$1:${hidden}@`],
  [/([?&](?:[\w-]*token|[\w-]*key|[\w-]*secret|password|passwd|sig|signature)=)[^&\s#"']+/gi, `$1${hidden}`],
  [/\bhf_[A-Za-z0-9]{16,}\b/g, hidden],
  [/\b(?:sk|ghp|gho|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}\b/g, hidden],
];
/** Secrets in messages, which may be ordinary words in a prompt. */
const inMessages: readonly Pattern[] = [
  // Only long values: "a basic drawing" stays.
  [/\b([Bb]earer|[Bb]asic|BEARER|BASIC)(\s+)(?=[a-z.-]*[A-Z\d~+/=_])[\w~+/.=-]{6,}/g, `$1$2${hidden}`],
  // token=abc and "token": "abc", but not "models.token: expected a text".
  [/\b([\w-]*(?:token|api[_-]?key|secret|password|passwd))=(?!\(secret\))[^\s"',;&}]{6,}/gi, `$1=${hidden}`],
  [/("[\w-]*(?:token|api[_-]?key|secret|password|passwd|authorization)"\s*:\s*")(?!\(secret\))[^"]+/gi, `$1${hidden}`],
];

/** `text` without secrets: those of the settings, passwords in addresses, bearer tokens, and the values of names such as `token=`. */
export function redact(text: string): string {
  return replaced(redactData(text), inMessages);
}

/** Redacts data, such as prompts and settings: secrets of the settings, passwords in addresses, and keys of known forms. */
export function redactData(text: string): string {
  let shown = text;
  for (const secret of secrets) if (shown.includes(secret)) shown = shown.replaceAll(secret, hidden);
  return replaced(shown, everywhere);
}

function replaced(text: string, patterns: readonly Pattern[]): string {
  return patterns.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text);
}

/** Whether a field of this name is always hidden. */
export function isSecretName(name: string): boolean {
  return /^(?:authorization|cookie|set-cookie|password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)$|(?:[a-z](?:Token|Secret|Password|ApiKey)|[_-](?:token|secret|password|key))$/.test(
    name,
  );
}
