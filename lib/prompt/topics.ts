import type { PromptFamily } from './families.ts';

export interface Topic {
  name: string;
  /** Subjects for models that can draw anything. */
  subjects: readonly string[];
  /** For the bundled model: its core concepts with suitable backgrounds, and scenes, which fill the whole picture. */
  bundled?: {
    subjects: readonly string[];
    backgrounds: readonly string[];
    /** As in a prompt, with article. */
    scenes: readonly string[];
    /** Additions to a scene; one may be empty. */
    times: readonly string[];
  };
}

/** Times of a scene other than by day. */
const dayTimes = ['at sunset', 'at night'];
const allTimes = [...dayTimes, 'in the snow'];

const anyBackground = [
  'white background',
  'on a blue background',
  'on a yellow background',
  'on a pink background',
  'on a teal background',
];

export const builtInTopics: readonly Topic[] = [
  {
    name: 'nature landscape',
    subjects: [
      'a winding river through a green valley',
      'rolling hills with wild flowers',
      'a lone oak in a wide meadow',
      'a waterfall in a mossy gorge',
      'a heath in bloom under drifting clouds',
      'a reed-lined pond with a heron',
      'a vineyard on a slope in early autumn',
      'a marsh with a flock of cranes',
      'terraced rice fields after rain',
      'a dry riverbed in a red canyon',
    ],
    bundled: {
      subjects: [
        'deciduous tree',
        'sunflower',
        'tulip',
        'rose',
        'horse',
        'cow',
        'butterfly',
        'house with garden',
        'rainbow',
        'rabbit',
        'honeybee',
      ],
      backgrounds: ['in a green meadow', 'on the grass', 'at sunset', 'on a yellow background', 'on a teal background'],
      scenes: [
        'a nature landscape',
        'green hills',
        'the countryside',
        'a landscape with a tree',
        'a windmill in a field',
        'a river between hills',
      ],
      times: dayTimes,
    },
  },
  {
    name: 'abstract art',
    subjects: [
      'interlocking circles and arcs',
      'a grid of squares that falls apart towards one corner',
      'ribbons of colour folding over one another',
      'cracked planes of light and shadow',
      'ink drops spreading in water',
      'a lattice of thin lines around an empty centre',
      'overlapping translucent triangles',
      'a spiral of torn paper',
      'layers of sediment in unlikely colours',
      'a balance of one large and many small shapes',
    ],
    bundled: {
      subjects: ['star', 'red heart', 'rainbow', 'snowflake'],
      backgrounds: [...anyBackground, 'on a purple background', 'orange background'],
      scenes: [
        'abstract art',
        'abstract shapes',
        'geometric shapes',
        'abstract circles',
        'abstract triangles',
        'abstract waves',
        'a mosaic of squares',
        'colorful stripes',
      ],
      times: [],
    },
  },
  {
    name: 'urban architecture',
    subjects: [
      'a narrow street of old brick houses',
      'a glass tower that mirrors the clouds',
      'a spiral staircase seen from above',
      'a railway station hall with iron arches',
      'rooftops with chimneys and water tanks',
      'a concrete housing block with many balconies',
      'a bridge over a canal at dusk',
      'an arcade with repeating columns',
      'a corner café under a tall plane tree',
      'an empty square after rain',
    ],
    bundled: {
      subjects: [
        'house',
        'house with garden',
        'castle',
        'church',
        'ferris wheel',
        'bus',
        'taxi',
        'automobile',
        'locomotive',
        'fire engine',
        'bicycle',
      ],
      backgrounds: [
        'at night under the stars',
        'at sunset',
        'in the snow',
        'on a blue background',
        'on a beige background',
        'white background',
      ],
      scenes: ['a city skyline', 'urban architecture', 'skyscrapers', 'tall buildings', 'a small town', 'a village'],
      times: allTimes,
    },
  },
  {
    name: 'serene ocean',
    subjects: [
      'a calm bay with a single sailing boat',
      'long waves rolling onto a flat beach',
      'a lighthouse on a rocky point',
      'tidal pools that mirror the sky',
      'a wooden pier fading into fog',
      'a whale surfacing far from the coast',
      'white cliffs above a quiet sea',
      'a coral reef seen through clear water',
      'fishing boats at rest in a small harbour',
      'moonlight on open water',
    ],
    bundled: {
      subjects: [
        'sailboat',
        'ship',
        'dolphin',
        'whale',
        'fish',
        'tropical fish',
        'turtle',
        'crab',
        'octopus',
        'shark',
        'desert island',
        'beach with umbrella',
      ],
      backgrounds: ['on the sea', 'by the ocean', 'underwater', 'under the sea', 'on a teal background', 'on a blue background'],
      scenes: ['a serene ocean', 'a seascape', 'waves on the sea', 'a sailboat on the sea', 'a lighthouse by the sea'],
      times: dayTimes,
    },
  },
  {
    name: 'mountain vista',
    subjects: [
      'snow-covered peaks above a sea of clouds',
      'a glacier lake between steep walls',
      'a mountain hut at the foot of a rock face',
      'a winding pass road at first light',
      'a ridge line fading into blue distance',
      'an alpine meadow with grazing goats',
      'a rope bridge across a deep gorge',
      'a volcano with a thin plume of smoke',
      'pine trees bent by the wind on a summit',
      'an eagle over a high valley',
    ],
    bundled: {
      subjects: ['volcano', 'tent', 'castle', 'eagle', 'evergreen tree', 'ewe', 'bear', 'snowman', 'house'],
      backgrounds: [
        'in the snow',
        'in a snowy winter landscape',
        'at sunset',
        'in front of a sunset',
        'at night under the stars',
        'on a blue background',
      ],
      scenes: ['a mountain vista', 'a mountain landscape', 'snowy mountains', 'a mountain lake', 'a mountain range'],
      times: allTimes,
    },
  },
  {
    name: 'forest scene',
    subjects: [
      'a path through tall beech trees',
      'a clearing with ferns and fallen trunks',
      'a fox at the edge of a birch wood',
      'mushrooms on a mossy stump',
      'a stream over dark stones under firs',
      'a deer between misty pines',
      'an owl in a hollow oak',
      'sunbeams through a dense canopy',
      'a wooden cabin deep in the woods',
      'a snowy spruce forest in silence',
    ],
    bundled: {
      subjects: [
        'evergreen tree',
        'deciduous tree',
        'mushroom',
        'fox',
        'bear',
        'owl',
        'hedgehog',
        'maple leaf',
        'rabbit',
        'snail',
        'lady beetle',
      ],
      backgrounds: [
        'in a green meadow',
        'on the grass',
        'in the snow',
        'at night under the stars',
        'on a green background',
        'orange background',
      ],
      scenes: ['a forest scene', 'a pine forest', 'the woods', 'trees in a forest'],
      times: allTimes,
    },
  },
  {
    name: 'space nebula',
    subjects: [
      'a glowing nebula with newborn stars',
      'a spiral galaxy seen at an angle',
      'a ringed planet above its icy moon',
      'a small spaceship before a wall of cosmic dust',
      'a comet with two tails',
      'a dying star shedding its shell',
      'an astronaut drifting in front of a nebula',
      'a cluster of blue stars behind dark clouds',
      'a black hole bending the light around it',
      'a desert moon under a giant planet',
    ],
    bundled: {
      subjects: ['rocket', 'flying saucer', 'alien', 'crescent moon', 'full moon', 'star', 'robot', 'sun'],
      backgrounds: ['in outer space', 'floating in space', 'at night under the stars', 'in a starry night', 'on a purple background'],
      scenes: ['a space nebula', 'a colorful nebula', 'a galaxy', 'deep space', 'a planet with rings'],
      times: [],
    },
  },
  {
    name: 'sunset sky',
    subjects: [
      'towering clouds lit from below',
      'a flock of birds against a red sky',
      'the last light over a flat plain',
      'power lines and swallows at dusk',
      'a hot-air balloon in the evening glow',
      'a thunderstorm leaving at sunset',
      'palm trees as dark shapes before an orange sky',
      'a church spire in the afterglow',
      'thin clouds like brush strokes above the sea',
      'the sun sinking behind islands',
    ],
    bundled: {
      subjects: ['sun', 'cloud', 'airplane', 'helicopter', 'bird', 'flamingo', 'palm tree', 'balloon', 'desert island', 'sailboat'],
      backgrounds: ['at sunset', 'in front of a sunset', 'orange background', 'on a pink background'],
      scenes: ['a sunset sky', 'clouds at sunset', 'the sky at dusk'],
      times: [],
    },
  },
];

const withArticle = (concept: string): string => `${/^(?!ewe|uni)[aeiou]/.test(concept) ? 'an' : 'a'} ${concept}`;

/** The subjects of a topic for a model of this family, with articles. */
export function subjectsOf({ bundled, subjects }: Topic, family: PromptFamily): readonly string[] {
  return family === 'bundled' && bundled ? [...bundled.scenes, ...bundled.subjects.map(withArticle)] : subjects;
}

/** What may follow a subject for the bundled model: a time after a scene, a background after a thing. */
export function backgroundsOf({ bundled }: Topic, subject: string): readonly string[] {
  if (!bundled) return plainBackgrounds;
  return bundled.scenes.includes(subject) ? bundled.times : bundled.backgrounds;
}

/** Backgrounds for a topic without its own, such as the user's. */
export const plainBackgrounds: readonly string[] = anyBackground;

/** The bundled model's subjects by their noun: "fox" → "a fox", "mountain lake" → "a mountain lake". */
export function bundledSubjects(): Map<string, string> {
  return new Map(
    builtInTopics.flatMap(({ bundled }) => [
      ...(bundled?.scenes ?? []).map((scene) => [scene.replace(/^(an?|the) /, ''), scene] as const),
      ...(bundled?.subjects ?? []).map((concept) => [concept, withArticle(concept)] as const),
    ]),
  );
}
