/** The components of a site as HTML, for the program that exports it: see SiteRenderer. */
import { renderToString } from 'preact-render-to-string';
import type { SiteRenderer } from '../../lib/gallery/export/site-data.ts';
import { ListPage } from './list-page.tsx';
import { WorkPage } from './work-page.tsx';

export const renderList: SiteRenderer['renderList'] = (props) => renderToString(<ListPage {...props} />);
export const renderWork: SiteRenderer['renderWork'] = (props) => renderToString(<WorkPage {...props} />);
