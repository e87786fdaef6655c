import type { Routes } from '../context.ts';
import { manageRoutes } from './manage-routes.ts';
import { sharedRoutes } from './read-routes.ts';
import { ShareBook } from './share-book.ts';

/** Links that show works to people without a token, and can be revoked. */
export const sharesRoutes: Routes = (app, context) => {
  const book = new ShareBook(context.home, context.clock);
  manageRoutes(app, context, book);
  sharedRoutes(app, context, book);
};
