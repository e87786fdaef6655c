import type { FastifySchemaCompiler } from 'fastify';
import type * as z from 'zod';
import { ArtistError, findFaults } from '../../core/index.ts';

/** Names of the parts of a request, for messages about the whole of one. */
const parts: Readonly<Record<string, string>> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' };

/** Checks a part of a request; a fault becomes an ERR_INVALID_ARGUMENT of the usual form, `steps: expected an integer, got "x"`. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = parts[httpPart ?? ''] ?? 'request';
  return (data) => {
    const found = findFaults(schema, data);
    if (!found.faults) return { value: found.value };
    const [{ path, message, unknownKey }] = found.faults;
    const name = path.map(String).join('.') || part;
    return {
      error: new ArtistError(
        'ERR_INVALID_ARGUMENT',
        unknownKey ? `${name}: unknown field of the ${part}${message}` : `${name}: ${message}`,
      ),
    };
  };
};
