"""Trains the teachers of the CLIP image tower: convolutional classifiers that name concept and style, each of another shape and seed.

    python teachers.py train --work work --data data [--size cpu] [--only 0]
    python teachers.py label --work work --data data

train: on pictures composed during training and distorted as painted ones are, without the held-out pairs; writes <work>/teacher-<k>.pt. label:
their mean logarithms of the probabilities of each painted picture (paint.py), over the picture and its mirror image; writes
<work>/taught.npz. The judge of bench/curation is none of them: it has its own seed, its own pictures, and chooses nothing here.
"""

import argparse
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from mini.muon import muon_and_adamw
from mini.scenery import STYLE_NAMES, Scenery, augment
from mini.sprites import Sprites
from mini.state import Clock, load, load_config, save
from mini.words import read_core


class Teacher(nn.Module):
    """layers: channels and stride of the 3x3 convolutions."""

    def __init__(self, layers, concepts):
        super().__init__()
        parts, width = [], 3
        for channels, stride in layers:
            parts += [nn.Conv2d(width, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.GELU()]
            width = channels
        self.body = nn.Sequential(*parts)
        self.concept, self.style = nn.Linear(2 * width, concepts), nn.Linear(2 * width, len(STYLE_NAMES))

    def forward(self, x):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            x = self.body((x * 2 - 1).contiguous(memory_format=torch.channels_last))
        x = torch.cat([x.float().mean((2, 3)), x.float().amax((2, 3))], 1)
        return self.concept(x), self.style(x)


@torch.no_grad()
def accuracy(model, scenery, count=1024):
    generator, right = torch.Generator().manual_seed(3), []
    model.eval()
    for _ in range(count // 128):
        x, pick, _ = scenery.draw(128, generator)
        concept, style = (scores.argmax(1) for scores in model(x))
        right.append(torch.stack([concept == scenery.concept[pick], style == scenery.style[pick]]).float().mean(1))
    model.train()
    return torch.stack(right).mean(0).tolist()


def train(args, settings, k):
    path, sprites, concepts = os.path.join(args.work, f'teacher-{k}.pt'), Sprites(args.data), read_core()
    torch.manual_seed(settings['seed'] + k)
    model = Teacher(settings['layers'][k], len(concepts)).to(memory_format=torch.channels_last)
    optimizers = muon_and_adamw(model, lambda name, q: q.ndim == 4 and q.shape[1] > 3, settings['rate'], weight_decay=0.05)
    drawn, held = Scenery(sprites, concepts, seed=31 + k), Scenery(sprites, concepts, held_out=True, seed=12)
    kept = load(path + '.state')
    clock, step = Clock(settings['minutes'], kept['minutes'] if kept else 0.0), kept['step'] if kept else 0
    if kept:
        model.load_state_dict(kept['model'])
        optimizers.load(kept['optimizer'])

    def keep():
        save(path + '.state', {'model': model.state_dict(), 'optimizer': optimizers.state(), 'step': step, 'minutes': clock.spent})

    generator, losses = torch.Generator().manual_seed(1000 * (settings['seed'] + k) + step), []
    while clock.share < 1:
        optimizers.set_rate(settings['rate'] * min(1, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * clock.share))))
        x, pick, _ = drawn.draw(settings['batch'], generator)
        concept, style = model(augment(x, generator))
        loss = F.cross_entropy(concept, drawn.concept[pick], label_smoothing=0.1) + 0.5 * F.cross_entropy(style, drawn.style[pick])
        optimizers.zero_grad()
        loss.backward()
        optimizers.step()
        step += 1
        losses.append(loss.item())
        if clock.every('print', 60) or step == 20:
            print(
                f'teacher {k} step {step} {clock.spent:.1f} min loss {np.mean(losses[-50:]):.3f} held-out {accuracy(model, held, 512)}',
                flush=True,
            )
        if clock.every('save', 120):
            keep()
    keep()
    print(f'teacher {k}: {step} steps; held-out pairs: concept and style {accuracy(model, held)}')
    save(path, {'model': model.state_dict(), 'layers': settings['layers'][k]})


@torch.no_grad()
def label(args):
    """Logarithms of the mean probability, captions x seeds x names."""
    pictures, models = np.load(os.path.join(args.work, 'painted.npy'), mmap_mode='r'), []
    for k in range(99):
        kept = load(os.path.join(args.work, f'teacher-{k}.pt'))
        if kept is None:
            break
        models.append(Teacher(kept['layers'], len(read_core())).to(memory_format=torch.channels_last).eval())
        models[-1].load_state_dict(kept['model'])
    out = [], []
    for row in pictures:
        x = torch.from_numpy(row.copy()).permute(0, 3, 1, 2).float() / 255
        seen = [model(view) for model in models for view in (x, x.flip(3))]
        for kept, scores in zip(out, zip(*seen, strict=True), strict=True):
            kept.append(torch.stack([F.softmax(s, 1) for s in scores]).mean(0).log())
    concept, style = (torch.stack(rows).numpy() for rows in out)
    np.savez(os.path.join(args.work, 'taught.part.npz'), concept=concept, style=style)
    os.replace(os.path.join(args.work, 'taught.part.npz'), os.path.join(args.work, 'taught.npz'))
    print(len(models), 'teachers,', concept.shape[0] * concept.shape[1], 'pictures')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['train', 'label'])
    parser.add_argument('--work', default='work')
    parser.add_argument('--data', default='data')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--only', type=int, help='only this one, so that several processes may share the work')
    args = parser.parse_args()
    torch.set_num_threads(1)
    settings = load_config(size=args.size)['teachers']
    if args.what == 'label':
        label(args)
        return
    for k in range(len(settings['layers'])) if args.only is None else [args.only]:
        if not os.path.exists(os.path.join(args.work, f'teacher-{k}.pt')):
            train(args, settings, k)


if __name__ == '__main__':
    main()
