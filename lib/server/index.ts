export type { RouteFacts } from './app/route-table.ts';
export { openApiDocument, type RunningServer, type ServerOptions, startServer } from './app/server.ts';
export { type NewToken, TokenBook, type TokenFacts } from './auth/tokens.ts';
export { type Caller, type Routes, type Scope, type ServerContext, scopes } from './context.ts';
export type { OpenApi } from './openapi/document.ts';
