/** Options of trainLora() about pictures and captions: one row each, see lib/engine/options/row.ts. */
import * as z from 'zod';
import { path, rows, shapeOf } from '../../engine/index.ts';
import { captionRows } from '../data/captions.ts';

const group = 'Pictures and captions';

/** Same as the captions of a data set, except that the preset sets the share of steps without a caption. */
const trainCaptionRows = rows({
  ...captionRows,
  /** Share of steps without a caption, 0..1. Default: by preset. */
  captionDropout: {
    schema: z.number().min(0).max(1).optional(),
    help: captionRows.captionDropout.help,
    default: 'by preset',
    flag: 'caption-dropout',
  },
});

export const dataRows = rows({
  /**
   * Folder with the pictures. Captions are in files beside them (name.txt), in metadata.jsonl, or in the file names. Folders `10_name`
   * repeat.
   */
  data: { schema: path, help: 'Folder with the pictures', flag: false },
  /** Licence of all pictures that state none: "own", "permission", an SPDX id. Default: such pictures are refused. */
  licence: {
    schema: z.string().min(1).optional(),
    help: 'Licence of pictures that state none: own, permission or an SPDX id',
    default: 'such pictures are refused',
    group,
  },
  /** Permit licences that forbid commercial use; the LoRA inherits the condition. Default false. */
  nonCommercial: {
    schema: z.boolean().default(false),
    help: 'Permit licences that forbid commercial use; the LoRA inherits the condition',
    group,
  },
  /** Skip pictures that cannot be read or are too small, with a warning. Default false: they are refused. */
  skipUnusable: { schema: z.boolean().default(false), help: 'Skip pictures that cannot be read or are too small', group },
  /** Edge in pixels, 64..4096, of the square whose area pictures are scaled to. Default: the model's own size. */
  resolution: {
    schema: z.int().min(64).max(4096).optional(),
    help: 'Edge in pixels of the square whose area pictures are scaled to',
    default: "the model's own",
    group,
  },
  /** true: pictures keep their proportions, in buckets of about equal area. false: all are cropped to the square. Default true. */
  buckets: { schema: z.boolean().default(true), help: 'Keep the proportions of pictures; --no-buckets crops them square', group },
  /** Never enlarge pictures: small ones get buckets of their own size. Default false. */
  noUpscale: {
    schema: z.boolean().default(false),
    help: 'Enlarge small pictures; --no-enlarge gives them buckets of their own size',
    default: 'yes',
    flag: 'enlarge',
    group,
  },
  /** Pictures that would be enlarged by more than this factor, 1..64, are refused as too small. Default 2. */
  maxUpscale: { schema: z.number().min(1).max(64).default(2), help: 'Enlargement above which a picture is refused', group },
  /** Which part of a picture to keep if it is larger than its bucket. `random`: `crops` different parts. Default centre. */
  crop: { schema: z.enum(['centre', 'random']).default('centre'), help: 'Which part of larger pictures to keep', group },
  /** Number of random crops per picture, 1..64. Default 4. */
  crops: { schema: z.int().min(1).max(64).default(4), help: 'Number of random crops per picture', group },
  /** Mirror pictures at random. Default: by preset; off for subjects, whose two sides differ. */
  flip: { schema: z.boolean().optional(), help: 'Mirror pictures at random', default: 'by preset', group },
  /** Use transparency as the mask of a picture without a `name.mask.png`. Default false: transparent areas become white. */
  alphaMask: { schema: z.boolean().default(false), help: 'Do not learn transparent parts', group },
  /** How captions are made from the texts of the pictures. */
  captions: {
    schema: z.strictObject(shapeOf(trainCaptionRows)).prefault({}),
    help: 'How captions are made from the texts of the pictures',
    flag: false,
    group,
    fields: trainCaptionRows,
  },
});
