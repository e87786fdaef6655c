import { openPublishing } from '../../../service/index.ts';
import type { Routes } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { addingRoutes } from './adding.ts';
import { deskOf } from './desk.ts';
import { postedPictureRoute } from './picture-route.ts';
import { postRoutes } from './posts.ts';
import { readingRoutes } from './reading.ts';
import { switchRoute } from './switch.ts';

/** Publishing: accounts, posts, figures, the switch. */
export const publishRoutes: Routes = (root, context) => {
  const publishing = openPublishing(context.config, { clock: context.clock, signal: context.closing, warn: context.warn });
  const desk = deskOf(publishing, context, cleaner(context));
  readingRoutes(root, desk);
  addingRoutes(root, desk);
  postRoutes(root, desk);
  switchRoute(root, desk);
  postedPictureRoute(root, publishing.outbox);
};
