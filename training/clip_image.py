"""Trains the CLIP image tower and both projections. The text tower is not changed, because the UNet depends on it.

    python clip_image.py --work work [--minutes 40]

Pictures are composed during training (mini/scenery.py) and distorted as painted ones are. The model learns five things at once, so that the
embedding distinguishes not only prompts but also good and bad pictures of one prompt:
  - the own caption among captions that differ only in the concept, the style or the background;
  - the own caption among those of the batch, and the own picture among those of the batch, some of which differ only in the concept;
  - that a picture fits its caption better than a spoilt version of it (mini/scenery.py, spoil);
  - concept, style and background by name, from the embedding, with linear heads that are dropped at the export.
Reads <work>/text.pt and the sprites; writes <work>/clip.pt (state in clip.pt.state, so a killed run continues).
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
from mini.scenery import BACKGROUNDS, STYLE_NAMES, Scenery, augment, spoil
from mini.sprites import Sprites
from mini.state import Clock, load, load_config, save
from mini.styles import STYLES
from mini.tokenizer import Tokenizer
from mini.words import read_concepts, read_words


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


def deepened(state, config, layers):
    """More layers after the trained ones, which have no effect until they are trained."""
    model = CLIP(state['token_ids'], {**config, 'vision_layers': layers})
    own = model.state_dict()
    for name, value in state['model'].items():
        if name in own and own[name].shape == value.shape:
            own[name] = value
    model.load_state_dict(own)
    with torch.no_grad():
        for layer in model.vision_model.encoder.layers[config['vision_layers'] :]:
            for linear in (layer.self_attn.out_proj, layer.mlp.fc2):
                linear.weight.zero_()
                linear.bias.zero_()
    return model


class Trainer:
    def __init__(self, args, settings):
        self.args, self.settings = args, settings
        sprites = Sprites(args.data)
        self.concepts, words = read_concepts(sprites), read_words()
        state = load(os.path.join(args.work, 'text.pt'))
        self.model = deepened(state, state['config'], settings['layers'])
        self.model.text_model.requires_grad_(False)
        self.train, self.test = Scenery(sprites, self.concepts), Scenery(sprites, self.concepts, held_out=True, seed=12)
        rng = np.random.default_rng(5)
        self.plain, self.free = (
            pooled_states(
                self.model, grid_captions(self.concepts, words, rng, plain), os.path.join(args.work, f'text-grid-{name}.npy')
            ).view(len(STYLE_NAMES), len(self.concepts), len(BACKGROUNDS), -1)
            for name, plain in (('plain', True), ('free', False))
        )
        self.heads = Heads(self.model.config['projection'], len(self.concepts))
        self.trained = [q for m in (self.model, self.heads) for q in m.parameters() if q.requires_grad]
        decay = [q for q in self.trained if q.ndim >= 2]
        rest = [q for q in self.trained if q.ndim < 2]
        self.optimizer = torch.optim.AdamW(
            [{'params': decay, 'weight_decay': 0.05}, {'params': rest, 'weight_decay': 0.0}],
            settings['rate'],
            betas=(0.9, 0.98),
            fused=True,
        )
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

    def some_patches(self, generator):
        """Most patches of the middle, where the subject is, and a few of the border."""
        grid = torch.arange(64).view(8, 8)
        middle, rim = grid[1:7, 1:7].flatten(), torch.cat([grid[0], grid[7], grid[1:7, 0], grid[1:7, 7]])

        def draw(places, count):
            return places[torch.randperm(len(places), generator=generator)[:count]]

        return torch.cat([draw(middle, self.settings['patches'][0]), draw(rim, self.settings['patches'][1])])

    def loss(self, generator, patches):
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
            seen, worse = self.model.visual_projection(self.model.vision_model(x * 2 - 1, patches)).split([batch, spoilt])
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
        return by_name[0] + 0.4 * by_name[1] + 0.3 * by_name[2] + hard + near + better, by_name[0], hard

    @torch.no_grad()
    def check(self, count=512):
        """On held-out pairs: names the concept with its head, and by the own caption among those of all concepts (same style and place)."""
        generator = torch.Generator().manual_seed(3)
        x, pick, background = self.test.draw(count, generator)
        style, concept = self.test.style[pick], self.test.concept[pick]
        seen = torch.cat([self.model.visual_projection(self.model.vision_model(part * 2 - 1)) for part in x.split(128)])
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
        return {
            k: v.detach()
            for m in (self.model, self.heads)
            for k, v in m.state_dict(prefix=f'{type(m).__name__}.').items()
            if v.is_floating_point()
        }

    def put(self, weights):
        for module in (self.model, self.heads):
            prefix = f'{type(module).__name__}.'
            module.load_state_dict({k[len(prefix) :]: v for k, v in weights.items() if k.startswith(prefix)}, strict=False)

    def run(self):
        path = os.path.join(self.args.work, 'clip.pt')
        kept = load(path + '.state')
        clock = Clock(self.settings['minutes'], kept['minutes'] if kept else 0.0)
        if kept:
            self.put(kept['weights'])
            self.optimizer.load_state_dict(kept['optimizer'])
            self.step, self.average = kept['step'], kept['average']
        else:
            self.average = {k: v.clone() for k, v in self.weights().items()}
        generator = torch.Generator().manual_seed(17 + self.step)
        losses = []
        while clock.share < 1:
            rate = self.settings['rate'] * min(1, (self.step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * clock.share)))
            for group in self.optimizer.param_groups:
                group['lr'] = rate
            patches = self.some_patches(generator) if clock.share < self.settings['whole_from'] else None
            loss, concept, hard = self.loss(generator, patches)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.trained, 1.0)
            self.optimizer.step()
            self.step += 1
            if self.step % 4 == 0:
                self.smooth()
            losses.append([loss.item(), concept.item(), hard.item()])
            if clock.every('print', 240) or self.step in (5, 50):
                head, first = self.check(256)
                mean = np.mean(losses[-100:], 0)
                print(
                    f'step {self.step} {clock.spent:.1f} min loss {mean[0]:.3f} concept {mean[1]:.3f} hard {mean[2]:.3f}'
                    f' held-out: head {head:.3f} caption {first:.3f}',
                    flush=True,
                )
            if clock.every('save', 180):
                self.keep(path, clock)
        self.keep(path, clock)
        self.put(self.average)
        head, first = self.check(1024)
        print(f'{self.step} steps; held-out pairs: concept by head {head:.3f}, by caption {first:.3f}')
        config = self.model.config
        save(path, {'model': self.model.state_dict(), 'token_ids': self.model.token_ids, 'config': config, 'step': self.step})

    def keep(self, path, clock):
        save(
            path + '.state',
            {
                'weights': self.weights(),
                'average': self.average,
                'optimizer': self.optimizer.state_dict(),
                'step': self.step,
                'minutes': clock.spent,
            },
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
