/** Says when a job is done to a person who looks elsewhere: title and icon of the tab, a notice of the system, a sound. */
import { effect, signal } from '@preact/signals';
import { type Job, onStructure } from '../../api/jobs.ts';
import { session } from '../../api/session.ts';
import { hrefOf, navigate } from '../../navigate/router.ts';
import { titleNotice } from '../../navigate/title.ts';
import { isBoolean, readStored, store } from '../../parts/storage.ts';
import { numberText, t } from '../../texts/text.ts';
import { ownOpen, ownRunning } from './own-jobs.ts';

export const hasNotice = signal(
  (readStored('local', 'notice', isBoolean) ?? false) && canNotify() && Notification.permission === 'granted',
);
export const hasSound = signal(readStored('local', 'sound', isBoolean) ?? false);

export function canNotify(): boolean {
  return typeof Notification === 'function';
}

/** @returns false: the browser does not allow it */
export async function setNotice(isOn: boolean): Promise<boolean> {
  const isAllowed = !isOn || (canNotify() && (await Notification.requestPermission()) === 'granted');
  hasNotice.value = isOn && isAllowed;
  store('local', 'notice', hasNotice.value);
  return isAllowed;
}

export function setSound(isOn: boolean): void {
  hasSound.value = isOn;
  store('local', 'sound', isOn);
  // Browsers allow sound after a person has done something.
  if (isOn) playSound();
}

const notes = [660, 880] as const;
const noteSeconds = 0.16;
let audio: AudioContext | undefined;
function playSound(): void {
  audio ??= new AudioContext();
  for (const [index, frequency] of notes.entries()) {
    const from = audio.currentTime + index * noteSeconds;
    const tone = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0.12 });
    volume.gain.setTargetAtTime(0, from + noteSeconds / 2, noteSeconds / 4);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 2 * noteSeconds);
  }
}

function notify(job: Job): void {
  if (hasSound.peek()) playSound();
  if (!hasNotice.peek() || document.visibilityState === 'visible') return;
  const prompt = job.request?.options['prompt'];
  const notice = new Notification(t(job.state === 'done' ? 'studio.done' : 'studio.failed'), {
    tag: job.id,
    ...(typeof prompt === 'string' && { body: prompt.slice(0, 200) }),
  });
  notice.onclick = () => {
    window.focus();
    navigate(hrefOf('studio', { job: job.id }));
  };
}

const iconSize = 64;
/** A ring that fills up. */
function drawIcon(fraction: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: iconSize, height: iconSize });
  const context = canvas.getContext('2d');
  if (context) {
    context.lineWidth = 12;
    for (const [colour, share] of [
      ['#8886', 1],
      ['#ea580c', fraction],
    ] as const) {
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(iconSize / 2, iconSize / 2, iconSize / 2 - 8, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share);
      context.stroke();
    }
  }
  return new Promise((resolve) => canvas.toBlob(resolve));
}

/** Steps of the icon: it is drawn when one is full. */
const iconSteps = 12;
let usualIcon = '';
let iconBlob: string | undefined;
let shownStep = -1;

async function showIcon(fraction: number | undefined): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const step = fraction === undefined ? -1 : Math.round(fraction * iconSteps);
  if (!link || step === shownStep) return;
  usualIcon ||= link.href;
  shownStep = step;
  const drawn = fraction === undefined ? undefined : await drawIcon(fraction);
  if (step !== shownStep) return;
  const before = iconBlob;
  iconBlob = drawn ? URL.createObjectURL(drawn) : undefined;
  link.href = iconBlob ?? usualIcon;
  if (before !== undefined) URL.revokeObjectURL(before);
}

let isFollowing = false;
export function followDone(): void {
  if (isFollowing) return;
  isFollowing = true;
  onStructure((job, before) => {
    const hasEnded = before?.state === 'running' && (job.state === 'done' || job.state === 'failed');
    if (hasEnded && job.client === session.peek()?.id) notify(job);
  });
  effect(() => {
    const running = ownRunning.value;
    const fraction = running?.progress?.fraction;
    if (fraction !== undefined) titleNotice.value = `${numberText(fraction * 100)} %`;
    else titleNotice.value = ownOpen.value.length > 0 ? t('studio.titleWaiting', { n: ownOpen.value.length }) : '';
    showIcon(fraction);
  });
}
