/**
 * What `create` paints when it is given nothing: prompts whose subject can be recognised on the contact sheet of the bundled model
 * (models/MODEL.md, "Quality"). Other models draw them too.
 */
export const subjects = [
  'glossy 3d render of a red apple',
  'flat vector art of a fox in the snow',
  'shaded cartoon of a cat on the grass',
  'bold flat cartoon of a rocket in outer space',
  'black ink drawing of an owl, white background',
  'flat vector art of a sailboat on the sea',
  'shaded cartoon of a castle at night under the stars',
  'retro cartoon of a mushroom in a green meadow',
  'shaded cartoon of a penguin in a snowy winter landscape',
  'bold flat cartoon of a bus on a blue background',
  'shaded cartoon of a crescent moon in a starry night',
  'bold flat cartoon of a hamburger',
  'shaded cartoon of a deciduous tree at sunset',
  'glossy 3d render of a grinning face',
] as const;

/** The same seed chooses the same subject, so that `create --seed 7` can be repeated. Neighbouring seeds are spread (Knuth's multiplicative hash). */
export function chooseSubject(seed: number): string {
  const mixed = Math.imul((seed ^ Math.floor(seed / 2 ** 32)) >>> 0, 2654435761) >>> 0;
  return subjects[Math.floor((mixed / 2 ** 32) * subjects.length)] ?? subjects[0];
}
