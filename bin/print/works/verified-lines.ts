import type { FoundWork, VerifiedPicture } from '../../../lib/artist/index.ts';

export const verifiedStatus: Readonly<Record<VerifiedPicture['verdict'], number>> = { proven: 0, refuted: 1, unknown: 3 };

const states = {
  absent: 'none',
  valid: 'valid',
  tampered: 'TAMPERED: the file or its manifest was changed after it was signed',
  invalid: 'INVALID: nothing shows a change, but it breaks a rule of C2PA',
  unreadable: 'UNREADABLE',
} as const;

function manifestLines(manifest: VerifiedPicture['manifest']): string[] {
  if (!manifest) return ['manifest: not looked for'];
  const { state, problems, signer, byThisHome, software, digitalSourceTypes, work, hasParent } = manifest;
  const who = signer?.name ?? signer?.organisation ?? 'somebody without a name';
  const signed = state === 'absent' || state === 'unreadable' ? '' : `, signed by ${byThisHome ? 'this home' : 'another key'} (${who})`;
  const facts = [
    ...(software === undefined ? [] : [`with ${software}`]),
    ...(work?.model === undefined ? [] : [`model ${work.model}`]),
    ...digitalSourceTypes,
    ...(work?.id === undefined ? [] : [`work ${work.id}`]),
    ...(hasParent ? ['made from another picture'] : []),
  ];
  return [
    `manifest: ${states[state]}${signed}`,
    ...(problems.length > 0 ? [`  ${problems.join(', ')}`] : []),
    ...(facts.length > 0 ? [`  says: ${facts.join(', ')}`] : []),
  ];
}

function workLine(work: FoundWork | null): string {
  if (!work) return 'gallery: not a work of this gallery';
  const { id, match, psnr } = work;
  const words = {
    file: `this file is work ${id}`,
    pixels: `its pixels are those of work ${id}`,
    similar: `work ${id}, encoded or resized anew (PSNR ${psnr?.toFixed(1)} dB)`,
    mark: `work ${id} by its watermark; cut or changed`,
  };
  return `gallery: ${words[match]}`;
}

/** What `verify` prints. */
export function verifiedLines({ manifest, recipe, watermark, lookedForWatermark, work }: VerifiedPicture): string[] {
  const prompt = recipe?.recipe.prompt?.replace(/\s+/g, ' ').slice(0, 100);
  const seed = recipe?.recipe.seed;
  const mark = watermark
    ? `${watermark.payload}${watermark.kept < 1 ? `, ${(100 * watermark.kept).toFixed(0)} % of its edges are left` : ''}`
    : lookedForWatermark
      ? 'none of this home'
      : 'not looked for: this home has made none';
  return [
    ...manifestLines(manifest),
    recipe
      ? `recipe: by ${recipe.source}${prompt === undefined ? '' : `: ${prompt}`}${seed === undefined ? '' : `, seed ${seed}`} (not protected)`
      : 'recipe: none',
    `watermark: ${mark}`,
    workLine(work),
  ];
}
