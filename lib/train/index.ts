export { type CaptionOptions, captionOptions, captionsVary, composeCaption, type ResolvedCaptions, splitTags } from './captions.ts';
export { counterRandom, type Draw, philox, type Stream, shuffled, streams } from './counter-random.ts';
