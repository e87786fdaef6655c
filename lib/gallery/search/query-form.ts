/** The form of queries, which the gallery and the page both know. No imports: the page bundles this file. */

/** One condition: a minus sign, a field, and a "phrase" or a word. Sticky: `lastIndex` is where it must begin. */
export const conditionForm = (): RegExp => /(-?)(?:([\p{L}][\p{L}\p{N}_.-]*):)?(?:"((?:[^"\\]|\\.)*)"|(\S+))/guy;

/** Fields that are valid even if no work has them. */
export const knownFields: readonly string[] = [
  ...[
    'prompt',
    'title',
    'alt',
    'alttext',
    'tag',
    'collection',
    'rating',
    'is',
    'flag',
    'hidden',
    'date',
    'before',
    'after',
    'model',
    'lora',
    'sampler',
    'scheduler',
    'orientation',
  ],
  ...[
    'steps',
    'cfg',
    'seed',
    'width',
    'height',
    'size',
    'negative',
    'mode',
    'program',
    'licence',
    'scorer',
    'strength',
    'clipskip',
    'vae',
    'style',
    'topic',
    'period',
    'series',
    'from',
    'score',
  ],
];
