"""Trains the CLIP image tower, a small ResNet, and the text projection. The text tower is not changed, because the UNet depends on it.

    python clip_image.py --work work [--minutes 40]

Pictures are composed during training (mini/scenery.py) and distorted as painted ones are; from a share of the time on, painted pictures come
with them (paint.py, labelled by the teachers). The model learns at once, so that the embedding distinguishes not only prompts but also good and
bad pictures of one prompt:
  - the own caption among captions that differ only in the concept, the style or the background;
  - the own caption among those of the batch, and the own picture among those of the batch, some of which differ only in the concept;
  - that a picture fits its caption better than a spoilt version of it (mini/scenery.py, spoil);
  - concept, style and background by name, from the embedding, with linear heads that are dropped at the export;
  - of painted pictures: what the teachers see in them, by name and by caption, and which of two pictures of one caption shows it better.
Reads <work>/text.pt, painted.* and taught.npz and the sprites; writes <work>/clip.pt (state in clip.pt.state, so a killed run continues).
"""

import argparse
import math
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from mini import kernels
from mini.captions import caption
from mini.clip import CLIP
from mini.muon import muon_and_adamw
from mini.painted import read_painted
from mini.scenery import BACKGROUNDS, STYLE_NAMES, Scenery, augment, spoil
from mini.sprites import Sprites
from mini.state import Clock, load, load_config, save
from mini.styles import STYLES
from mini.tokenizer import Tokenizer
from mini.words import read_concepts, read_core, read_words


def grid_captions(concepts, words, rng, plain):
    """A caption for every style x concept x background, in that order."""
    sets = [next(name for name, phrases in STYLES.items() if phrases[0] == style) for style in STYLE_NAMES]
    return [
        caption({'label': concept, 'set': name}, background, rng, words, plain=plain)
        for name in sets
        for concept in concepts
        for background in BACKGROUNDS
    ]


@torch.no_grad()
def pooled_states(model, captions, path):
    """End-token states of the captions before the projection, F16; kept in a file."""
    if os.path.exists(path):
        kept = np.load(path)
        if len(kept) == len(captions):
            return torch.from_numpy(kept).float()
    tokens, out = Tokenizer(), []
    for k in range(0, len(captions), 256):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            out.append(model.pooled(tokens(captions[k : k + 256])).half())
        if k % 25600 == 0:
            print('captions', k, 'of', len(captions), flush=True)
    states = torch.cat(out)
    np.save(path, states.numpy())
    return states.float()


class Heads(nn.Module):
    def __init__(self, width, concepts):
        super().__init__()
        self.concept, self.style = nn.Linear(width, concepts), nn.Linear(width, len(STYLE_NAMES))
        self.background = nn.Linear(width, len(BACKGROUNDS))


def turned(config, settings):
    """The config with the ResNet in the place of the ViT."""
    kept = {name: value for name, value in config.items() if name not in ('vision_layers', 'vision_hidden', 'patch')}
    return {**kept, 'image_size': settings['edge'], 'resnet_layers': settings['layers'], 'resnet_width': settings['width']}


class Painted:
    """Painted pictures with what the teachers see in them, without those of the last captions, which weigh.py measures with."""

    def __init__(self, work, model, concepts, kept_back):
        rows, *values = (part[:-kept_back] for part in read_painted(work))
        pixels, self.named, self.styled, self.worth = (torch.from_numpy(np.array(part)) for part in values)
        self.pixels = pixels.permute(0, 1, 4, 2, 3)
        self.concept, self.style, self.place = (torch.tensor([row[name] for row in rows]) for name in ('concept', 'style', 'place'))
        self.text = pooled_states(model, [row['caption'] for row in rows], os.path.join(work, 'text-painted.npy'))
        self.concepts = concepts

    def loss(self, model, heads, plain, settings, generator):
        at = torch.randint(len(self.pixels), (settings['prompts'],), generator=generator)
        seeds = self.pixels.shape[1]
        x = self.pixels[at].flatten(0, 1).float() / 255
        x = torch.where(torch.rand(len(x), 1, 1, 1, generator=generator) < 0.5, x, x.flip(3))
        x = augment(x, generator, settings['bent'])
        captions = torch.cat(
            [
                plain[self.style[at], : self.concepts, self.place[at]],
                plain[:, self.concept[at], self.place[at]].transpose(0, 1),
                self.text[at, None],
            ],
            1,
        )
        with torch.autocast('cpu', dtype=torch.bfloat16):
            seen = model.seen(x)
            names = heads.concept(seen)[:, : self.concepts], heads.style(seen)
            texts = model.text_projection(captions)
        image, text = F.normalize(seen.float(), dim=-1).unflatten(0, (-1, seeds)), F.normalize(texts.float(), dim=-1)
        cosines = torch.einsum('psd,pcd->psc', image, text)
        scale = model.logit_scale.clamp(max=np.log(100)).exp()
        named, styled = self.named[at].flatten(0, 1), self.styled[at].flatten(0, 1)
        by_text = (cosines[..., : self.concepts] * scale).flatten(0, 1), (cosines[..., self.concepts : -1] * scale).flatten(0, 1)

        def like(scores, taught):
            return F.kl_div(F.log_softmax(scores.float(), 1), taught, log_target=True, reduction='batchmean')

        taught = like(names[0], named) + 0.4 * like(names[1], styled) + like(by_text[0], named) + 0.4 * like(by_text[1], styled)
        own, worth = cosines[..., -1], self.worth[at]
        apart = worth[:, :, None] - worth[:, None, :]
        ordered = F.softplus(-settings['steep'] * (own[:, :, None] - own[:, None, :]) * apart.sign())
        ranked = (ordered * apart.abs()).sum() / apart.abs().sum().clamp(min=1e-6)
        return taught + settings['ranked'] * ranked, ranked


class Trainer:
    def __init__(self, args, settings):
        self.args, self.settings = args, settings
        sprites = Sprites(args.data)
        self.concepts, words = read_concepts(sprites), read_words()
        state = load(os.path.join(args.work, 'text.pt'))
        self.model = CLIP(state['token_ids'], turned(state['config'], settings))
        own = self.model.state_dict()
        self.model.load_state_dict({name: value for name, value in state['model'].items() if name in own}, strict=False)
        self.model.logit_scale.data.fill_(math.log(20))
        self.model.text_model.requires_grad_(False)
        self.model.visual.to(memory_format=torch.channels_last)
        edge = settings['edge']
        self.train, self.test = (
            Scenery(sprites, self.concepts, edge=edge),
            Scenery(sprites, self.concepts, held_out=True, seed=12, edge=edge),
        )
        self.core = len(read_core())
        # The judgement of painted pictures needs the core concepts most.
        self.train.chance = self.train.chance * torch.where(self.train.concept < self.core, 1.0, settings['rest'])
        rng = np.random.default_rng(5)
        self.plain, self.free = (
            pooled_states(
                self.model, grid_captions(self.concepts, words, rng, plain), os.path.join(args.work, f'text-grid-{name}.npy')
            ).view(len(STYLE_NAMES), len(self.concepts), len(BACKGROUNDS), -1)
            for name, plain in (('plain', True), ('free', False))
        )
        self.painted = None
        self.heads = Heads(self.model.config['projection'], len(self.concepts))
        self.both = nn.ModuleDict({'model': self.model, 'heads': self.heads})
        self.optimizers = muon_and_adamw(
            self.both, lambda name, q: q.requires_grad and q.ndim == 4 and q.shape[1] > 3, settings['rate'], weight_decay=0.05
        )
        self.trained = [q for q in self.both.parameters() if q.requires_grad]
        self.step, self.average = 0, None

    def negatives(self, style, concept, background, generator):
        """Indices of captions in the grid that differ in one thing: N x (concepts + styles + backgrounds)."""
        n, counts = len(style), self.settings['negatives']
        width = len(BACKGROUNDS)

        def others(own, size, count):
            return (own[:, None] + 1 + torch.randint(size - 1, (n, count), generator=generator)) % size

        def at(s, c, b):
            return (s * len(self.concepts) + c) * width + b

        s, c, b = style[:, None], concept[:, None], background[:, None]
        return torch.cat(
            [
                at(s, others(concept, len(self.concepts), counts[0]), b),
                at(others(style, len(STYLE_NAMES), counts[1]), c, b),
                at(s, c, others(background, width, counts[2])),
            ],
            1,
        )

    def loss(self, generator):
        batch = self.settings['batch']
        x, pick, background = self.train.draw(batch, generator, self.settings['groups'])
        x = augment(x, generator)
        spoilt = self.settings['spoilt']
        x = torch.cat([x, augment(spoil(x[:spoilt], generator), generator)])
        style, concept = self.train.style[pick], self.train.concept[pick]
        own = torch.where(
            torch.rand(batch, 1, generator=generator) < 0.5, self.plain[style, concept, background], self.free[style, concept, background]
        )
        other = self.plain.flatten(0, 2)[self.negatives(style, concept, background, generator)]
        with torch.autocast('cpu', dtype=torch.bfloat16):
            seen, worse = self.model.seen(x).split([batch, spoilt])
            named = [head(seen) for head in (self.heads.concept, self.heads.style, self.heads.background)]
            texts = self.model.text_projection(torch.cat([own[:, None], other], 1))
        image, text = F.normalize(seen.float(), dim=-1), F.normalize(texts.float(), dim=-1)
        scale = self.model.logit_scale.clamp(max=np.log(100)).exp()
        first = torch.zeros(batch, dtype=torch.long)
        hard = F.cross_entropy(scale * (text @ image[:, :, None])[..., 0], first)
        logits, order = scale * image @ text[:, 0].T, torch.arange(batch)
        fit = (text[:spoilt, 0] * image[:spoilt]).sum(1) - (text[:spoilt, 0] * F.normalize(worse.float(), dim=-1)).sum(1)
        better = F.softplus(-10 * fit).mean()
        near = (F.cross_entropy(logits, order) + F.cross_entropy(logits.T, order)) / 2
        by_name = [F.cross_entropy(a.float(), b, label_smoothing=0.05) for a, b in zip(named, (concept, style, background), strict=True)]
        return by_name[0] + 0.4 * by_name[1] + 0.3 * by_name[2] + hard + 0.5 * near + better, by_name[0], hard

    @torch.no_grad()
    def check(self, count=512):
        """On held-out pairs: names the concept with its head, and by the own caption among those of all concepts (same style and place)."""
        generator = torch.Generator().manual_seed(3)
        x, pick, background = self.test.draw(count, generator)
        style, concept = self.test.style[pick], self.test.concept[pick]
        self.model.eval()
        seen = torch.cat([self.model.seen(part) for part in x.split(128)])
        self.model.train()
        named = self.heads.concept(seen).argmax(1) == concept
        image = F.normalize(seen, dim=-1)
        ranked = [
            F.normalize(self.model.text_projection(self.plain[style[k], :, background[k]].float()), dim=-1) @ image[k] for k in range(count)
        ]
        first = torch.stack(ranked).argmax(1) == concept
        return named.float().mean().item(), first.float().mean().item()

    def smooth(self):
        names, state = list(self.average), self.weights()
        decay = min(self.settings['average'], (1 + self.step) / (10 + self.step)) ** 4
        torch._foreach_lerp_([self.average[q] for q in names], [state[q] for q in names], 1 - decay)

    def weights(self):
        return {k: v.detach() for k, v in self.both.state_dict().items() if v.is_floating_point() and '.text_model.' not in k}

    def run(self):
        path = os.path.join(self.args.work, 'clip.pt')
        kept = load(path + '.state')
        clock = Clock(self.settings['minutes'], kept['minutes'] if kept else 0.0)
        if kept:
            self.both.load_state_dict(kept['weights'], strict=False)
            self.optimizers.load(kept['optimizer'])
            self.step, self.average = kept['step'], kept['average']
        else:
            self.average = {k: v.clone() for k, v in self.weights().items()}
        generator = torch.Generator().manual_seed(17 + self.step)
        losses = []
        while clock.share < 1:
            share = clock.share
            self.optimizers.set_rate(
                self.settings['rate'] * min(1, (self.step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
            )
            loss, concept, hard = self.loss(generator)
            self.optimizers.zero_grad()
            loss.backward()
            ranked = torch.zeros(())
            if share >= self.settings['painted']['from']:
                self.painted = self.painted or Painted(self.args.work, self.model, self.core, self.settings['painted']['kept_back'])
                more, ranked = self.painted.loss(self.model, self.heads, self.plain, self.settings['painted'], generator)
                more.backward()
            nn.utils.clip_grad_norm_(self.trained, 5.0)
            self.optimizers.step()
            self.step += 1
            if self.step % 4 == 0:
                self.smooth()
            losses.append([loss.item(), concept.item(), hard.item(), ranked.item()])
            if clock.every('print', 90) or self.step in (5, 50):
                head, first = self.check(256)
                mean = np.mean(losses[-50:], 0)
                print(
                    f'step {self.step} {clock.spent:.1f} min loss {mean[0]:.3f} concept {mean[1]:.3f} hard {mean[2]:.3f} ranked {mean[3]:.3f}'
                    f' held-out: head {head:.3f} caption {first:.3f}',
                    flush=True,
                )
            if clock.every('save', 120):
                self.keep(path, clock)
        self.keep(path, clock)
        self.both.load_state_dict(self.average, strict=False)
        head, first = self.check(1024)
        print(f'{self.step} steps; held-out pairs: concept by head {head:.3f}, by caption {first:.3f}')
        save(path, {'model': self.model.state_dict(), 'token_ids': self.model.token_ids, 'config': self.model.config, 'step': self.step})

    def keep(self, path, clock):
        optimizer = self.optimizers.state()
        save(
            path + '.state',
            {'weights': self.weights(), 'average': self.average, 'optimizer': optimizer, 'step': self.step, 'minutes': clock.spent},
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--data', default='data')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--minutes', type=float)
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(20261126)
    kernels.enable()
    settings = load_config(size=args.size)['clip_image']
    if args.minutes is not None:
        settings['minutes'] = args.minutes
    Trainer(args, settings).run()


if __name__ == '__main__':
    main()
