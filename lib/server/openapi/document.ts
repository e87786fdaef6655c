import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { packageVersion } from '../../core/index.ts';
import type { Room } from '../app/rooms.ts';
import { type Scope, scopes } from '../context.ts';
import { errorBody } from '../errors/reply.ts';

/** The parts of an OpenAPI 3.1 document that are read or completed here. */
export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { responses?: Record<string, unknown>; schemas?: Record<string, unknown>; securitySchemes?: Record<string, unknown> };
  [key: string]: unknown;
}

export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: { required?: boolean; content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { $ref?: string; description?: string; content?: Record<string, { schema?: unknown }> }>;
  security?: Record<string, string[]>[];
  'x-scope'?: Scope;
  /** When it answers without a token: always, from this machine unless settings say otherwise, or never. */
  'x-anonymous'?: 'always' | 'local' | 'never';
  [key: string]: unknown;
}

const meanings: Readonly<Record<string, string>> = {
  200: 'Done; the body has what came of it',
  201: 'Created; the body has what was made',
  202: 'Accepted: it is done later, and the body says where to follow it',
  204: 'Done, or there is nothing; without a body',
  206: 'The range of bytes that was asked for',
  302: 'It is at the address of the header Location',
  304: 'Not changed since the caller read it',
  400: 'The request is invalid; the message names the field',
  401: 'No valid token, or none where one is needed',
  403: "The token's scope does not permit it, or the origin of the request is refused",
  404: 'There is no such thing',
  408: 'The request was not received in time',
  409: 'It conflicts with the present state',
  412: 'It was changed since the caller read it',
  413: 'The body is too large',
  415: 'The content type is not one that the route reads',
  416: 'It has no such range',
  422: 'A field of the request is invalid; the body names it',
  429: 'Too many requests; see Retry-After',
  431: 'The address and headers are longer than 16 kB',
  500: 'The server failed; its log has the details',
  503: 'It cannot be done for the moment; see Retry-After',
  507: 'The disk is full',
};
const ofEvery = ['400', '401', '403', '404', '429', '431', '500', '503'];
const ofChanges = ['408', '409', '412', '413', '415', '507'];

/** What @fastify/swagger says of a reply that the route does not describe. */
const undescribed = 'Default Response';
const foundMeaning = 'What was asked for';

/** Gives replies without a description that of their status. */
function describeReplies(method: string, replies: NonNullable<Operation['responses']>): void {
  for (const [status, reply] of Object.entries(replies))
    if (reply.description === undescribed) reply.description = status === '200' && method === 'get' ? foundMeaning : meaningOf(status);
}

/** Notes the scope of each route, which completeDocument() reads. */
const transform: SwaggerTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route as Parameters<typeof jsonSchemaTransform>[0]);
  const { scope, open, private: isPrivate } = route.route.config ?? {};
  const anonymous = open ? 'always' : scope === scopes[0] && !isPrivate ? 'local' : 'never';
  return { schema: { ...schema, 'x-scope': scope, 'x-anonymous': anonymous } as FastifySchema, url };
};

/** About the whole API. */
export const swaggerOptions = (): FastifyDynamicSwaggerOptions => ({
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'ai-artist',
      version: packageVersion(),
      description:
        'The artist, its gallery, queue and schedule. Changes need a token; x-scope says which. x-anonymous says when a request without a token is answered: ' +
        'always; local: from this machine, unless the settings say otherwise; never.',
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of `ai-artist serve token create`' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user, with a token as password' },
      },
    },
  },
  transform,
});

const nameOf = (room: Room | undefined): string => `Error${room?.error ? room.prefix.replaceAll('/', '-') : ''}`;

/** The component that describes every error of a room. */
function errorResponse(room: Room | undefined): unknown {
  const schema = z.toJSONSchema(room?.error ?? errorBody, { io: 'output' });
  return {
    description: 'An error',
    headers: { 'x-request-id': { description: 'Id of the request, as in the log', schema: { type: 'string' } } },
    content: { 'application/json': { schema } },
  };
}

/**
 * The OpenAPI document of an application that is ready. Errors and security of each route are added here, from its scope and the API that it
 * belongs to.
 *
 * @param tokensOnly whether reading needs a token at this server
 */
export function completeDocument(app: FastifyInstance, rooms: readonly Room[], tokensOnly: boolean): OpenApi {
  const document = structuredClone(app.swagger()) as unknown as OpenApi;
  const responses: Record<string, unknown> = {};
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    const room = rooms.find(({ paths }) => paths.some((prefix) => path.startsWith(`${prefix}/`)));
    const name = nameOf(room);
    responses[name] ??= errorResponse(room);
    for (const [method, operation] of Object.entries(operations)) {
      const statuses = method === 'get' || method === 'head' ? ofEvery : [...ofEvery, ...ofChanges];
      const known = operation.responses ?? {};
      describeReplies(method, known);
      for (const status of statuses) known[status] ??= { $ref: `#/components/responses/${name}` };
      operation.responses = known;
      const { 'x-anonymous': anonymous } = operation;
      const needsNone = anonymous === 'always' || (anonymous === 'local' && !tokensOnly);
      operation.security = [...(needsNone ? [{}] : []), { bearer: [] }, { basic: [] }];
    }
  }
  document.components = { ...document.components, responses };
  return document;
}

export const meaningOf = (status: string): string => meanings[status] ?? 'See the schema';
