import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { cancelJob, jobOf, moveJob, readJob, readJobs, submission, submitJob } from '../api/jobs.ts';
import { mayPaint } from '../api/session.ts';
import { rowOf } from '../api/works.ts';
import { isWide } from '../browser/wide.ts';
import { hrefOf, navigate, place } from '../navigate/router.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellError } from '../parts/notices.tsx';
import { SignInForm } from '../parts/sign-in.tsx';
import { t } from '../texts/text.ts';
import { PromptField } from './completion/prompt-field.tsx';
import { forgetLists } from './completion/suggest.ts';
import { ArtistPreview } from './form/artist-preview.tsx';
import { change, draft, draftOfQuery, keepDraft, load, remix, requestOf, setOption } from './form/draft.ts';
import { MainFields } from './form/main-fields.tsx';
import { OptionGroups } from './form/option-groups.tsx';
import { readRows } from './form/options.ts';
import { FormTools } from './form/presets.tsx';
import { remember } from './form/prompt-history.ts';
import { GridForm } from './grid/grid-form.tsx';
import { GridView } from './grid/grid-view.tsx';
import { NoticeSettings } from './notice-settings.tsx';
import { followDone } from './painting/done-notice.ts';
import { JobStrip } from './painting/job-strip.tsx';
import { followOwn, keepOwn, ownIds, ownRunning } from './painting/own-jobs.ts';
import { Result } from './painting/result.tsx';
import { StartForm } from './start/start-form.tsx';
import { hasPictures, keepStart, startParts, startWithWork } from './start/start-picture.ts';

/** Paints from the page: the form, and beside it what is painted. */
export function StudioPage() {
  if (!mayPaint.value) return <Visitors />;
  return <Studio />;
}

/** What those see who may only look. */
function Visitors() {
  return (
    <div class="mx-auto flex max-w-lg flex-col gap-4 p-6">
      <h1 class="text-2xl font-semibold">{t('nav.studio')}</h1>
      <p>{t('studio.about')}</p>
      <SignInForm onDone={() => undefined} />
    </div>
  );
}

/** Whether the work was enlarged after it had been painted, which the form does not do. */
function isSmaller(work: string): boolean {
  const { width } = draft.peek().options;
  const row = rowOf(work).peek();
  return typeof width === 'number' && row !== undefined && row !== null && width < row.width;
}

const tellRemix = (work: string): void => {
  const before = draft.peek();
  const action = { label: t('common.undo'), run: () => load(before) };
  remix({ work }).then(() => tell(t(isSmaller(work) ? 'studio.remixedSmaller' : 'studio.remixed'), { action, page: 'studio' }), tellError);
};

/** Takes what an address brings into the form, and leaves the address without it. */
function useAddress(): void {
  const { query } = place.value;
  const { work, start, prompt, options } = query;
  useEffect(() => {
    const given = draftOfQuery(query);
    if (work === undefined && start === undefined && !given) return;
    if (given) load(given);
    if (work !== undefined) tellRemix(work);
    if (start !== undefined) startWithWork(start).catch(tellError);
    navigate(hrefOf('studio', { job: query['job'], grid: query['grid'] }), { replace: true });
  }, [work, start, prompt, options]);
}

/** Whether nothing says what to paint; the artist chooses by itself. */
const lacksPrompt = (): boolean => draft.peek().kind === 'generate' && draft.peek().prompt.trim() === '' && !hasPictures();

async function paint(): Promise<string> {
  const request = requestOf(draft.peek());
  const { pictures, files } = await startParts();
  const job = await submitJob(submission({ ...request, pictures }, files));
  remember(draft.peek().prompt);
  keepOwn(job);
  return job.id;
}

/** Stops what is painted, and paints the form next, before others of this person that wait. */
async function paintInstead(running: string): Promise<string> {
  const id = await paint();
  const { jobs } = await readJobs({ state: 'waiting', mine: true, limit: 1 });
  const [first] = jobs;
  if (first && first.id !== id) await moveJob(id, first.id);
  await cancelJob(running);
  return id;
}

function Studio() {
  const isBusy = useSignal(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const result = useRef<HTMLDivElement>(null);
  const { kind, prompt, options } = draft.value;
  useAddress();
  useLayoutEffect(() => {
    followOwn();
    followDone();
    keepDraft();
    keepStart();
    forgetLists();
    // On a touch screen the keyboard would cover what is painted.
    if (draft.peek().prompt === '' && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    readRows(kind).catch(tellError);
  }, [kind]);
  const start = (begin: () => Promise<string>): void => {
    if (isBusy.peek()) return;
    if (lacksPrompt()) {
      field.current?.focus();
      tell(t('studio.promptMissing'));
      return;
    }
    isBusy.value = true;
    readRows(kind)
      .then(begin)
      .then((id) => {
        navigate(hrefOf('studio', { job: id }), { replace: place.peek().query['job'] !== undefined });
        result.current?.scrollIntoView({ block: 'nearest' });
      }, tellError)
      .finally(() => {
        isBusy.value = false;
      });
  };
  const submit = (): void => start(paint);
  const replace = (): void => {
    const running = ownRunning.peek();
    if (running) start(() => paintInstead(running.id));
    else submit();
  };
  return (
    <div class="mx-auto grid max-w-[110rem] gap-x-6 gap-y-4 p-4 lg:grid-cols-[26rem_minmax(0,1fr)] lg:grid-rows-[auto_1fr]">
      <h1 class="sr-only">{t('nav.studio')}</h1>
      <div class="flex min-w-0 flex-col gap-3">
        <KindChoice />
        <PromptField
          label={t('work.prompt')}
          value={prompt}
          rows={4}
          placeholder={t(kind === 'create' ? 'studio.promptFree' : 'studio.promptHint')}
          onInput={(value) => change({ prompt: value })}
          onSubmit={submit}
          hasHistory
          field={field}
        />
        <PromptField
          label={t('work.negativePrompt')}
          value={String(options['negativePrompt'] ?? '')}
          rows={1}
          onInput={(value) => setOption('negativePrompt', value)}
          onSubmit={submit}
        />
        <div class="flex flex-wrap items-center gap-3">
          <Button kind="main" onClick={submit} isDisabled={isBusy.value}>
            {t(isBusy.value ? 'studio.sending' : 'studio.paint')}
          </Button>
          <span class="text-xs text-muted max-sm:hidden">{t('studio.paintKey')}</span>
        </div>
        {kind === 'create' && <ArtistPreview />}
      </div>
      <div ref={result} class="min-w-0 lg:sticky lg:top-4 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:self-start">
        <Shown onReplace={replace} />
      </div>
      <div class="flex min-w-0 flex-col gap-4">
        <FormTools />
        <MainFields />
        {kind === 'generate' && <StartForm />}
        <OptionGroups />
        <GridForm />
        <NoticeSettings />
      </div>
    </div>
  );
}

function KindChoice() {
  const { kind } = draft.value;
  return (
    <fieldset class="flex rounded-md border border-line bg-sunken p-0.5 text-sm">
      <legend class="sr-only">{t('studio.kind')}</legend>
      {(['generate', 'create'] as const).map((one) => (
        <label
          key={one}
          class={`flex min-h-9 flex-1 cursor-pointer items-center justify-center rounded px-3 has-focus-visible:outline-3 has-focus-visible:outline-accent ${kind === one ? 'bg-raised font-medium shadow-sm' : 'text-muted'}`}
        >
          <input type="radio" name="kind" class="sr-only" checked={kind === one} onChange={() => change({ kind: one })} />
          {t(`studio.kind.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

/** Where there is room, as large as the picture that the form asks for. */
function Nothing() {
  const { width, height } = draft.value.options;
  const ratio = Number(width ?? height ?? 1) / Number(height ?? width ?? 1);
  return (
    <div
      class="grid max-h-[70dvh] w-full place-items-center rounded-md bg-sunken p-6 text-center text-muted max-lg:aspect-video"
      style={isWide.value ? { aspectRatio: String(ratio > 0 ? ratio : 1) } : {}}
    >
      {t('studio.nothing')}
    </div>
  );
}

/** The job or grid that the address names, else the newest. */
function Shown({ onReplace }: { onReplace: () => void }) {
  const { job: named, grid } = place.value.query;
  const id = named ?? ownIds.value?.[0];
  useEffect(() => {
    if (named !== undefined && jobOf(named).peek() === undefined) readJob(named).catch(tellError);
  }, [named]);
  const job = id === undefined ? undefined : jobOf(id).value;
  return (
    <div class="flex flex-col gap-3">
      {grid !== undefined && <GridView key={grid} batch={grid} />}
      {grid === undefined && job && <Result job={job} onReplace={onReplace} onRemix={tellRemix} />}
      {grid === undefined && job === null && <p role="alert">{t('queue.unknown')}</p>}
      {grid === undefined && id === undefined && ownIds.value && <Nothing />}
      <JobStrip shown={grid === undefined ? id : undefined} />
    </div>
  );
}
