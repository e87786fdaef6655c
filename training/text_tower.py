"""Trains the text tower, in two steps.

    python text_tower.py contrast --work work     # text and image tower together, on pictures and captions drawn while training
    python text_tower.py rebuild --work work      # the text tower anew, on captions alone

Why twice: contrastive training makes the hidden states of all tokens point the same way (nearest other concept: mean cosine 0.94), and a UNet
conditioned on them learns colours but no shapes. The second tower has fixed random codes for its words, exact in 8 bits. It learns a state at
the end token that tells the words of the caption and, after the projection, reproduces the first tower's sentence vectors (cosine 0.97). Its
states differ between words (0.39). Writes <work>/text.pt; the state of `contrast` is in contrast.pt.
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
from mini.clip import CLIP, TextModel
from mini.scenery import BACKGROUNDS, Scenery
from mini.sprites import Sprites
from mini.state import Clock, load, load_config, save
from mini.tokenizer import Tokenizer
from mini.words import read_concepts, read_words

LENGTH = 32  # captions are shorter than this


def token_ids(captions):
    tokens = Tokenizer()
    return sorted({Tokenizer.BOS, Tokenizer.EOS, *(i for c in captions for i in tokens.ids(c))})


class Source:
    """Pictures with one caption each."""

    def __init__(self, folder, seed):
        self.sprites, self.words, self.rng = Sprites(folder), read_words(), np.random.default_rng(seed)
        self.scenery = Scenery(self.sprites, read_concepts(self.sprites))
        self.generator = torch.Generator().manual_seed(seed)

    def caption(self, sprite, background):
        return caption(self.sprites.rows[self.scenery.ids[sprite]], BACKGROUNDS[background], self.rng, self.words)

    def draw(self, count):
        x, pick, background = self.scenery.draw(count, self.generator)
        return x, [self.caption(int(a), int(b)) for a, b in zip(pick, background, strict=True)]

    def captions(self, count):
        pick = torch.randint(len(self.scenery.ids), (count,), generator=self.generator)
        background = torch.randint(len(BACKGROUNDS), (count,), generator=self.generator)
        return sorted({self.caption(int(a), int(b)) for a, b in zip(pick, background, strict=True)})


def rate_of(settings, step, share, warm):
    return settings['rate'] * min(1, (step + 1) / warm) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))


def contrast(args, settings):
    source, tokens = Source(args.data, settings['seed']), Tokenizer()
    config, path = settings['config'], os.path.join(args.work, 'contrast.pt')
    kept = load(path)
    ids = kept['token_ids'] if kept else token_ids(source.captions(40000))
    model = CLIP(ids, config)
    decay = [q for q in model.parameters() if q.ndim >= 2]
    rest = [q for q in model.parameters() if q.ndim < 2]
    groups = [{'params': decay, 'weight_decay': 0.1}, {'params': rest, 'weight_decay': 0.0}]
    optimizer = torch.optim.AdamW(groups, settings['rate'], betas=(0.9, 0.98))
    clock, step = Clock(settings['contrast_minutes'], kept['minutes'] if kept else 0.0), 0
    if kept:
        model.load_state_dict(kept['model'])
        optimizer.load_state_dict(kept['optimizer'])
        step = kept['step']

    def keep():
        state = {'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'token_ids': ids, 'config': config}
        save(path, {**state, 'step': step, 'minutes': clock.spent})

    while clock.share < 1:
        for group in optimizer.param_groups:
            group['lr'] = rate_of(settings, step, clock.share, 100)
        x, captions = source.draw(settings['contrast_batch'])
        with torch.autocast('cpu', dtype=torch.bfloat16):
            image, text = model.image(x), model.text(tokens(captions))
        logits = model.logit_scale.clamp(max=np.log(100)).exp() * image @ text.T
        order = torch.arange(len(x))
        loss = (F.cross_entropy(logits, order) + F.cross_entropy(logits.T, order)) / 2
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if clock.every('print', 60):
            print(f'step {step} loss {loss.item():.3f} {clock.spent:.1f} min', flush=True)
        if clock.every('save', 180):
            keep()
    keep()


def rebuild(args, settings):
    """Takes a few minutes; a killed run starts again."""
    first = load(os.path.join(args.work, 'contrast.pt'))
    config, rows = first['config'], len(first['token_ids'])
    old = CLIP(first['token_ids'], config)
    old.load_state_dict(first['model'])
    ids = Tokenizer()(Source(args.data, settings['seed'] + 1).captions(40000))[:, :LENGTH]
    end = (ids == Tokenizer.EOS).int().argmax(-1)
    with torch.no_grad(), torch.autocast('cpu', dtype=torch.bfloat16):
        target = torch.cat([old.text(part) for part in ids.split(256)])
    tower = TextModel(config, rows)
    with torch.no_grad():
        tower.embeddings.token_embedding.weight.copy_(torch.randn(rows, config['hidden']).to(torch.float8_e4m3fn).float())
        tower.embeddings.position_embedding.weight.normal_(std=0.25)
    tower.embeddings.token_embedding.requires_grad_(False)
    project, words = nn.Linear(config['hidden'], config['projection'], bias=False), nn.Linear(config['hidden'], rows)
    trained = [q for m in (tower, project, words) for q in m.parameters() if q.requires_grad]
    optimizer = torch.optim.AdamW(trained, settings['rate'], betas=(0.9, 0.98), weight_decay=0.01)
    clock, step, batch = Clock(settings['rebuild_minutes']), 0, settings['rebuild_batch']
    n, rng = torch.arange(batch), np.random.default_rng(settings['seed'])
    while clock.share < 1:
        for group in optimizer.param_groups:
            group['lr'] = rate_of(settings, step, clock.share, 30)
        k = torch.from_numpy(rng.integers(0, len(ids), batch))
        row, at = old.row[ids[k]], end[k]
        padding = at + (torch.rand(batch) * (LENGTH - at)).long()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            states = tower(row)
            sentence, said = project(states[n, at]), words(torch.cat([states[n, at], states[n, padding]]))
        inside = torch.arange(LENGTH)[None] < at[:, None]
        inside[:, 0] = False
        chance = F.log_softmax(said.float(), -1)
        bag = (
            -sum((chance[j * batch : (j + 1) * batch].gather(1, row) * inside).sum(1) / inside.sum(1).clamp(min=1) for j in (0, 1)).mean()
            / 2
        )
        same = (1 - F.cosine_similarity(sentence.float(), target[k])).mean()
        optimizer.zero_grad(set_to_none=True)
        (bag + 4 * same).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step += 1
        if clock.every('print', 20):
            print(f'step {step} words {bag.item():.3f} sentence {same.item():.3f} {clock.spent:.1f} min', flush=True)
    model = {k: v for k, v in first['model'].items() if not k.startswith('text_')}
    model |= {'text_model.' + k: v for k, v in tower.state_dict().items()} | {'text_projection.weight': project.weight.detach()}
    save(os.path.join(args.work, 'text.pt'), {'model': model, 'step': step, 'token_ids': first['token_ids'], 'config': config})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=['contrast', 'rebuild'])
    parser.add_argument('--work', default='work')
    parser.add_argument('--data', default='data')
    parser.add_argument('--size', default='cpu')
    parser.add_argument('--minutes', type=float)
    args = parser.parse_args()
    torch.set_num_threads(1)
    kernels.enable()
    settings = load_config(size=args.size)['text_tower']
    if args.minutes is not None:
        settings[f'{args.what}_minutes'] = args.minutes
    torch.manual_seed(settings['seed'])
    (contrast if args.what == 'contrast' else rebuild)(args, settings)


if __name__ == '__main__':
    main()
