import type * as z from 'zod';
import { changesRoutes } from '../api/changes/routes.ts';
import { figuresRoutes } from '../api/figures/routes.ts';
import { jobsRoutes } from '../api/jobs/routes.ts';
import { periodsRoutes } from '../api/periods/routes.ts';
import { publishRoutes } from '../api/publish/routes.ts';
import { scheduleRoutes } from '../api/schedule/routes.ts';
import { sessionRoutes } from '../api/session/routes.ts';
import { settingsRoutes } from '../api/settings/routes.ts';
import { statusRoutes } from '../api/status/routes.ts';
import { tokenRoutes } from '../api/tokens/routes.ts';
import { trainingRoutes } from '../api/training/routes.ts';
import { worksRoutes } from '../api/works/routes.ts';
import type { Routes } from '../context.ts';
import { eventsRoutes } from '../events/routes.ts';
import { openaiErrorBody } from '../openai/responses.ts';
import { openaiRoutes } from '../openai/routes.ts';
import { pageRoutes } from '../page/routes.ts';
import { errorBody as fastapiErrorBody } from '../sdapi/fastapi-errors.ts';
import { internalRoutes, sdapiRoutes } from '../sdapi/routes.ts';
import { sdcppErrorBody } from '../sdcpp/errors.ts';
import { sdcppRoutes } from '../sdcpp/routes.ts';
import { sharesRoutes } from '../shares/routes.ts';
import { webhooksRoutes } from '../webhooks/routes.ts';

/** An API of the server. */
export interface Room {
  /** Put before the paths of its routes. */
  prefix: string;
  /** Paths whose 404 and 405 its error handler answers. */
  paths: readonly string[];
  routes: Routes;
  /** Shape of its errors, for the OpenAPI document. Default: that of the own API. */
  error?: z.ZodType;
}

const own = { prefix: '/api/v1', paths: ['/api/v1'] };

/** The APIs that every server has. */
export const rooms: readonly Room[] = [
  { ...own, routes: tokenRoutes },
  { ...own, routes: sessionRoutes },
  { ...own, routes: changesRoutes },
  { ...own, routes: worksRoutes },
  { ...own, routes: scheduleRoutes },
  { ...own, routes: publishRoutes },
  { ...own, routes: settingsRoutes },
  { ...own, routes: periodsRoutes },
  { ...own, routes: statusRoutes },
  { ...own, routes: figuresRoutes },
  { ...own, routes: jobsRoutes },
  { ...own, routes: eventsRoutes },
  { ...own, routes: trainingRoutes },
  { ...own, routes: webhooksRoutes },
  { ...own, routes: sharesRoutes },
  { prefix: '/sdapi/v1', paths: ['/sdapi'], routes: sdapiRoutes, error: fastapiErrorBody },
  { prefix: '/internal', paths: ['/internal'], routes: internalRoutes, error: fastapiErrorBody },
  { prefix: '/v1', paths: ['/v1'], routes: openaiRoutes, error: openaiErrorBody },
  { prefix: '', paths: [], routes: pageRoutes },
  { prefix: '/sdcpp/v1', paths: ['/sdcpp'], routes: sdcppRoutes, error: sdcppErrorBody },
];
