import { useState } from 'preact/hooks';
import type { ApiError } from '../../api/client.ts';
import type { Account, AccountsAnswer } from '../../api/publish.ts';
import { Answered } from '../../form/answered.tsx';
import { useAnswer } from '../../form/use-answer.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { tell } from '../../parts/notices.tsx';
import { errorText } from '../../texts/error-text.ts';
import { t, timeText } from '../../texts/text.ts';
import { FirstAccount } from '../accounts/first-account.tsx';
import { publishAsked } from '../ask.ts';
import { dueAtOf, TimeChoice } from '../time-choice.tsx';
import { AccountChoice } from './account-choice.tsx';
import { type Draft, keyOf, queueOne, type Unit, unitsOf, wishOf } from './draft.ts';
import { PostPreview } from './post-preview.tsx';
import { Texts } from './texts.tsx';
import { earlierOf, useEarlier } from './use-earlier.ts';
import { usePreviews } from './use-previews.ts';
import { WorksStrip } from './works-strip.tsx';

/** Makes posts of works: shows exactly what each account would post, and queues it. */
export function PublishDialog() {
  const works = publishAsked.value;
  if (!works) return null;
  return <Composing key={works.join(' ')} works={works} />;
}

const close = (): void => {
  publishAsked.value = undefined;
};

function Composing({ works }: { works: readonly string[] }) {
  const answer = useAnswer<AccountsAnswer>('publish/accounts');
  return (
    <Dialog isWide title={t('publish.title', { n: works.length })} onClose={close}>
      <Answered answer={answer}>
        {({ accounts, isOff }) => (accounts.length === 0 ? <FirstAccount /> : <Form works={works} accounts={accounts} isOff={isOff} />)}
      </Answered>
    </Dialog>
  );
}

/** What becomes of posts that were queued. */
function saidOf({ approve, time }: Draft, n: number): string {
  const dueAt = dueAtOf(time);
  if (!approve) return t('publish.drafted', { n });
  return dueAt === undefined ? t('publish.queued', { n }) : t('publish.queuedFor', { n, time: timeText(dueAt) });
}

interface FormProps {
  works: readonly string[];
  accounts: readonly Account[];
  isOff: boolean;
}

interface Failure {
  key: string;
  account: string;
  error: ApiError;
}

function Form({ works, accounts, isOff }: FormProps) {
  const [draft, setDraft] = useState<Draft>(() => ({
    ...{ isTogether: false, captions: {}, altTexts: {}, again: [], time: '', approve: true },
    accounts: accounts.filter(({ stopped }) => !stopped).map(({ name }) => name),
  }));
  const [at, setAt] = useState(0);
  const [progress, setProgress] = useState<{ done: number; all: number } | undefined>(undefined);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  /** Posts that were queued already, when others failed; and words of a language model that were seen. */
  const [queued] = useState(() => new Set<string>());
  const [seen] = useState(() => new Map<string, string>());
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const earlier = useEarlier(works);
  const units = unitsOf(works, draft.isTogether);
  const unit = units[draft.isTogether ? 0 : at] ?? (units[0] as Unit);
  const chosen = accounts.filter(({ name }) => draft.accounts.includes(name));
  const previews = usePreviews(
    wishOf(unit, draft),
    chosen.map(({ name }) => name),
    (account, { words }) => {
      if (words.by === 'llm') seen.set(keyOf(unit, account), words.text);
    },
  );
  const posts = units.flatMap((one) =>
    chosen.flatMap(({ name }) => {
      const key = keyOf(one, name);
      const isRefused = one === unit && previews.get(name)?.error !== undefined;
      const isTwin = earlierOf(earlier, one, name) !== undefined && !draft.again.includes(key);
      return isRefused || isTwin || queued.has(key) ? [] : [{ unit: one, account: name, key }];
    }),
  );
  const isAwaited = [...previews.values()].some((one) => one.isAwaited);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (progress || posts.length === 0) return;
    const failed: Failure[] = [];
    for (const [done, { unit: one, account, key }] of posts.entries()) {
      setProgress({ done, all: posts.length });
      try {
        await queueOne(one, account, draft, seen.get(key));
        queued.add(key);
      } catch (error) {
        failed.push({ key, account, error: error as ApiError });
      }
    }
    setProgress(undefined);
    setFailures(failed);
    const n = posts.length - failed.length;
    if (n > 0)
      tell(saidOf(draft, n), {
        action: { label: t('publish.show'), run: () => navigate(hrefOf('publish')) },
      });
    if (failed.length === 0) close();
  };
  return (
    <form class="flex flex-col gap-4" onSubmit={submit}>
      {isOff && <p class="rounded-lg border border-accent px-3 py-2 text-sm">{t('publish.stopped')}</p>}
      {works.length > 1 && (
        <div class="flex flex-col gap-1">
          <WorksStrip works={works} shown={draft.isTogether ? undefined : at} onShow={setAt} />
          <fieldset class="flex flex-wrap gap-x-6 text-sm">
            <legend class="sr-only">{t('publish.how')}</legend>
            {([false, true] as const).map((isTogether) => (
              <label key={String(isTogether)} class="flex min-h-8 items-center gap-2">
                <input
                  type="radio"
                  name="together"
                  class="accent-accent"
                  checked={draft.isTogether === isTogether}
                  onChange={() => change({ isTogether })}
                />
                {t(isTogether ? 'publish.together' : 'publish.each')}
              </label>
            ))}
          </fieldset>
        </div>
      )}
      <div class="grid items-start gap-5 md:grid-cols-2">
        <div class="flex min-w-0 flex-col gap-4">
          <AccountChoice accounts={accounts} chosen={draft.accounts} onChange={(names) => change({ accounts: names })} />
          <Texts unit={unit} draft={draft} previews={previews} onChange={change} />
          <TimeChoice time={draft.time} onChange={(time) => change({ time })} />
          <label class="flex min-h-8 items-center gap-2 text-sm">
            <input
              type="checkbox"
              class="accent-accent"
              checked={!draft.approve}
              onChange={(event) => change({ approve: !event.currentTarget.checked })}
            />
            {t('publish.asDrafts')}
          </label>
        </div>
        <section aria-label={t('publish.previews')} class="flex min-w-0 flex-col gap-3">
          {chosen.length === 0 && <p class="text-sm text-muted">{t('publish.chooseAccount')}</p>}
          {chosen.map((account) => {
            const key = keyOf(unit, account.name);
            return (
              <PostPreview
                key={account.name}
                account={account}
                preview={previews.get(account.name)}
                earlier={queued.has(key) ? undefined : earlierOf(earlier, unit, account.name)}
                isAgain={draft.again.includes(key)}
                onAgain={(isAgain) => change({ again: isAgain ? [...draft.again, key] : draft.again.filter((one) => one !== key) })}
              />
            );
          })}
        </section>
      </div>
      <div class="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-raised px-5 py-3">
        <div role="alert" class="flex max-h-24 min-w-0 flex-1 basis-60 flex-col overflow-y-auto text-sm text-bad">
          {failures.map(({ key, account, error }) => (
            <p key={key} class="break-words" dir="auto">
              {t('publish.notQueued', { account, why: errorText(error) })}
            </p>
          ))}
        </div>
        <Button onClick={close}>{t('common.cancel')}</Button>
        <Button type="submit" kind="main" isDisabled={posts.length === 0 || progress !== undefined || isAwaited}>
          {progress
            ? t('publish.queueing', { done: progress.done + 1, n: progress.all })
            : posts.length === 0
              ? t('publish.nothing')
              : t(draft.approve ? 'publish.queueThem' : 'publish.draftThem', { n: posts.length })}
        </Button>
      </div>
    </form>
  );
}
