/** `ai-artist/server`: the HTTP server of a home, and the tokens of its clients. */

export {
  type NewToken,
  type OpenApi,
  openApiDocument,
  type RouteFacts,
  type RunningServer,
  type Scope as TokenScope,
  type ServerOptions,
  scopes as tokenScopes,
  startServer,
  TokenBook,
  type TokenFacts,
} from '../server/index.ts';
