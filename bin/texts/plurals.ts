/** Forms of a text for different numbers: those that the language has (Intl.PluralRules), and at least `other`. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Chooses a form in one language: `forms(2, { one: 'work', other: 'works' })` is `works`. */
export function plurals(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}
