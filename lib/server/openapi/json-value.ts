import * as z from 'zod';
import type { Json } from '../../schedule/index.ts';

/** Any JSON value, in a body that was parsed from JSON. The schema of z.json() refers to itself, which OpenAPI has no place for inside a route. */
export const jsonValue = (): z.ZodType<Json, Json> => z.unknown() as z.ZodType<Json, Json>;
