export { type Caller, type Routes, type Scope, type ServerContext, scopes } from './context.ts';
