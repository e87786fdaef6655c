import type { backup as english } from '../en/backup.ts';
import { form } from './words.ts';

export const backup: typeof english = {
  files: 'Dateien',
  content: ({ works, files }) =>
    `${works} ${form(works, { one: 'Werk', other: 'Werke' })} in ${files} ${form(files, { one: 'Datei', other: 'Dateien' })}`,
  withSecrets: 'mit Schlüsseln und Tokens: so sicher aufbewahren wie diese',
  withoutSecrets: 'ohne Schlüssel und Tokens',
  withoutModels: 'ohne Modelle',
  leftOut: ({ path, reason }) => `nicht enthalten: ${path} (${reason})`,
  galleryOutside:
    'die Galerie liegt außerhalb des Home-Ordners; wiederhergestellt liegt sie darin: dann gallery.folder aus config.yaml nehmen',
  removed: ({ n }) => `${n} ${form(n, { one: 'älteres Backup', other: 'ältere Backups' })} gelöscht`,
  whole: ({ made, by }) => `vollständig: erstellt ${made} von ai-artist ${by}`,
  publishingOff: 'Veröffentlichen ist aus, denn Posts des Backups sind vielleicht schon draußen: publish queue ansehen, dann publish on',
  next: 'prüfen, ob alles da ist: ai-artist status, ai-artist gallery verify, ai-artist schedule list',
};
