const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for any place of a page. */
export const escaped = (text: unknown): string => String(text).replace(/[&<>"']/g, (found) => entities[found] ?? '');
