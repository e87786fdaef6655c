import type { Rows } from '../../engine/index.ts';
import { builtInTopics } from '../../prompt/index.ts';
import { loopOptions } from '../loop/create-options.ts';
import { smallEdge } from '../loop/round.ts';

const { shape } = loopOptions;
const words = 'What to paint';
const choosing = 'Choosing';

/** The options of create() that are its own, as rows for flags and forms. */
export const createRows = {
  subject: {
    schema: shape.subject,
    help: 'Without a prompt: subject of the picture; style, background and light are chosen',
    group: words,
  },
  topic: {
    schema: shape.topic,
    help: `Without a prompt: topic to choose the subject from, such as ${builtInTopics[0]?.name}`,
    default: 'one that the last works did not use',
    group: words,
  },
  style: {
    schema: shape.style,
    help: 'Style of the picture; several, each with :WEIGHT, are mixed',
    default: 'without a prompt, chosen by your ratings',
    group: words,
  },
  inspire: {
    schema: shape.inspire,
    help: 'Without a prompt: start from a public-domain work that a museum finds for this text',
    group: words,
  },
  expand: { schema: shape.expand, help: 'Expand {a|b} and __lists__ in the prompt', default: 'yes', group: words },
  candidates: {
    schema: shape.candidates,
    help: 'Number of candidates, 1..64, or auto: continue while another is worth its seconds',
    default: 'one that passes the gates, in at most 3 tries',
    group: choosing,
  },
  tuned: {
    schema: shape.tuned,
    help: 'Use what `ai-artist tune` found for this machine',
    default: 'on',
    group: 'Memory and device',
  },
  clip: {
    schema: shape.clip,
    help: 'CLIP for scoring: your own file or folder',
    default: "the bundled one, which knows only the bundled painter's pictures",
    group: choosing,
  },
  taste: {
    schema: shape.taste,
    help: "Aesthetic head to use: a file of taste train, or LAION's (.pth, .safetensors)",
    default: 'taste.json in the home folder, if it exists',
    group: choosing,
  },
  reject: {
    schema: shape.reject,
    help: 'Reject a candidate that fits this text better than its prompt (needs a CLIP that knows the text)',
    group: choosing,
  },
  score: { schema: shape.score, help: 'Let CLIP choose among several candidates', default: 'yes', group: choosing },
  upscale: {
    schema: shape.upscale,
    help: 'Enlarge four times',
    default: `if the picture is smaller than ${smallEdge} pixels`,
    group: choosing,
  },
} as const satisfies Rows;
