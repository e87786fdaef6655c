/** What a post is made of: the same for `publish preview` and `publish add`. */
import { text, toggle } from '../flags.ts';

export const togetherFlag = toggle('All works in one post, a picture each, with the credits of all: an album or carousel');
export const captionFlag = text('Your own words in place of publish.template; credits, AI label and hashtags follow');
