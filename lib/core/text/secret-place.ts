import { ArtistError, systemCode } from '../errors.ts';
import { readPlainFile } from '../files/plain-file.ts';
import { rememberSecret } from './redact.ts';

/** Where a secret is that its owner keeps elsewhere: a variable of the environment, or a file (absolute path) whose white space at both ends is no part of it. */
export type SecretPlace = { env: string } | { file: string };

/**
 * Reads a secret from its place. From then on it is hidden in logs and messages.
 *
 * @param what begins the message of an error: the setting, or the account and the name of its secret
 * @throws ArtistError ERR_CONFIG: the variable is not set, or the file cannot be read or is empty
 */
export async function secretAt(
  place: SecretPlace,
  what: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  const secret = 'env' in place ? fromEnvironment(place.env, what, environment) : await fromFile(place.file, what);
  rememberSecret(secret);
  return secret;
}

function fromEnvironment(name: string, what: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value) return value;
  throw new ArtistError('ERR_CONFIG', `${what}: expected the environment variable ${name}, got none`);
}

async function fromFile(path: string, what: string): Promise<string> {
  const text = await readPlainFile(path, 'utf8').catch((cause: unknown) => {
    throw new ArtistError('ERR_CONFIG', `${what}: expected the file ${path}, got ${systemCode(cause) ?? String(cause)}`, { cause });
  });
  if (text.trim() !== '') return text.trim();
  throw new ArtistError('ERR_CONFIG', `${what}: expected a secret in ${path}, got an empty file`);
}
