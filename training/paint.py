"""Paints pictures for the training of the CLIP image tower: what the painter makes of its captions, good and bad.

    python paint.py --work work --data data [--size cpu]

Core concepts in all styles and places, several seeds of each caption, so that pictures of one caption can be compared. No pair of style and
concept that is held out, or that the benchmark of curation uses (reserved.txt, written by `npx tsx bench/curation/curation.ts --plan`).
Reads <work>/text.pt, unet-0.pt and tae.pt; writes <work>/painted.npy (captions x seeds x edge x edge x 3, the edge of the tower) and their
captions as painted.json. Continues where it stopped.
"""

import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F

from mini import kernels
from mini.captions import caption
from mini.clip import CLIP
from mini.sampling import sample
from mini.scenery import BACKGROUNDS, STYLE_NAMES
from mini.sprites import Sprites
from mini.state import HERE, load, load_config, save, write_json
from mini.styles import COLORS, INK, STYLES
from mini.tae import TAE
from mini.tokenizer import Tokenizer
from mini.unet import UNet
from mini.words import read_core, read_words


def read_reserved():
    with open(os.path.join(HERE, 'reserved.txt')) as file:
        return {tuple(line.strip().split(' | ')) for line in file if line.strip()}


def plan(sprites, count, rng):
    """Captions with concept, style and place as numbers: pairs of style and concept that are drawn, each about equally often."""
    core, words, reserved = read_core(), read_words(), read_reserved()
    rows = [
        (i, row)
        for i, row in enumerate(sprites.rows)
        if row['label'] in core and row['set'] in STYLES and row['set'] != 'emojione-monotone'
    ]
    held = {(STYLES[row['set']][0], row['label']) for i, row in rows if i in sprites.holdout}
    pairs = {(STYLES[row['set']][0], row['label']): row for i, row in rows}
    free = [pair for pair in sorted(pairs) if pair not in held | reserved]
    order = [free[k] for k in rng.permutation(len(free))]
    out = []
    for k in range(count):
        style, label = order[k % len(order)]
        row, share = pairs[style, label], rng.random()
        ink = row['set'] in INK
        if share < (0.6 if ink else 0.42):
            place = ''
        elif share < 0.6 or ink:
            place = str(rng.choice(list(COLORS)))
        else:
            place = str(rng.choice([name for name in BACKGROUNDS if name and name not in COLORS]))
        # The own words now and then, so that the scorer also knows pictures of them.
        text = caption({'label': label, 'set': row['set']}, place, rng, words, plain=rng.random() < 0.8)
        out.append({'caption': text, 'concept': core.index(label), 'style': STYLE_NAMES.index(style), 'place': BACKGROUNDS.index(place)})
    return out


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--data', default='data')
    parser.add_argument('--size', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(1)
    kernels.enable()
    config = load_config(size=args.size)
    settings, edge = config['paint'], config['clip_image']['edge']
    text, painter, codes = (load(os.path.join(args.work, name)) for name in ('text.pt', 'unet-0.pt', 'tae.pt'))
    clip = CLIP(text['token_ids'], text['config'])
    clip.load_state_dict(text['model'])
    unet = UNet(context_dim=text['config']['hidden'], **config['unet']['layout'])
    unet.load_state_dict(painter['average'])
    tae = TAE()
    tae.load_state_dict(codes['model'])
    unet, decoder = (m.to(memory_format=torch.channels_last).eval() for m in (unet, tae.decoder))
    rows, seeds = plan(Sprites(args.data), settings['captions'], np.random.default_rng(settings['seed'])), settings['seeds']
    write_json(os.path.join(args.work, 'painted.json'), rows)
    tokens, path = Tokenizer(), os.path.join(args.work, 'painted.npy')
    mark = load(path + '.state') or {'rows': 0}
    shape = (len(rows), seeds, edge, edge, 3)
    mode = 'r+' if mark['rows'] else 'w+'
    out = np.lib.format.open_memmap(path, mode, np.uint8, None if mode == 'r+' else shape)
    empty = clip.hidden(tokens(['']))
    for k in range(mark['rows'], len(rows), settings['batch']):
        states = clip.hidden(tokens([row['caption'] for row in rows[k : k + settings['batch']]])).repeat_interleave(seeds, 0)
        latents = sample(unet, states, empty, settings['steps'], settings['guidance'], seed=settings['seed'] + k)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            x = decoder(latents.contiguous(memory_format=torch.channels_last)).float().clamp(0, 1)
        x = F.interpolate(x, size=(edge, edge), mode='area')
        out[k : k + settings['batch']] = (x.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8).reshape(-1, seeds, edge, edge, 3)
        if k // settings['batch'] % 8 == 7:
            out.flush()
            save(path + '.state', {'rows': k + settings['batch']})
            print('painted', (k + settings['batch']) * seeds, 'of', len(rows) * seeds, flush=True)
    out.flush()
    save(path + '.state', {'rows': len(rows)})


if __name__ == '__main__':
    main()
