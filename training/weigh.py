"""Measures how well the image tower chooses among painted pictures of one caption, and fits the weight of the technical term.

    python weigh.py --work work

On the captions that clip_image.py left out (painted.kept_back). Choosing k of n pictures at a time, as `create` does: what the best of three by
weight x z-score of the cosine and of the technical term gains over one of the three by chance, in the probability that the teachers give to
concept and style together. The bench's own judge and prompts are not used here.
"""

import argparse
import os
from itertools import combinations

import numpy as np
import torch

from mini.clip import CLIP
from mini.painted import read_painted
from mini.state import load, load_config
from mini.tokenizer import Tokenizer

GRID = (0, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1, 1.5)


def technical(pictures):
    """technicalTerm() of lib/curation: contrast (deviation of the brightness) up to 40, minus the share of burnt values."""
    x = pictures.astype(np.float32)
    light = x @ np.float32([0.2126, 0.7152, 0.0722])
    colour = x.max(-1) - x.min(-1)
    burnt = (((x >= 255) | (x <= 0)).any(-1) & (colour > 8)).mean((-1, -2))
    return np.minimum(1, light.std((-1, -2)) / 40) * (1 - burnt)


def gains(terms, weights, worth, of=3):
    """Gain of each caption: mean over all choices of `of` pictures."""
    out = []
    for row, value in zip(terms, worth, strict=True):
        each = []
        for places in map(list, combinations(range(len(value)), of)):
            part = row[:, places]
            z = (part - part.mean(1, keepdims=True)) / np.maximum(part.std(1, ddof=1, keepdims=True), 1e-9)
            each.append(value[places][(np.array(weights)[:, None] * z).sum(0).argmax()] - value[places].mean())
        out.append(np.mean(each))
    return np.array(out)


def interval(values, rng, resamples=4000):
    means = rng.choice(values, (resamples, len(values))).mean(1)
    return np.percentile(means, [2.5, 97.5])


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(1)
    back = load_config(size=args.size)['clip_image']['painted']['kept_back']
    state = load(os.path.join(args.work, 'clip.pt'))
    clip = CLIP(state['token_ids'], state['config'])
    clip.load_state_dict(state['model'])
    clip.eval()
    rows, pictures, _, _, worth = (part[-back:] for part in read_painted(args.work))
    text = clip.text(Tokenizer()([row['caption'] for row in rows]))
    terms = []
    for k in range(len(rows)):
        image = clip.image(torch.from_numpy(pictures[k].copy()).permute(0, 3, 1, 2).float() / 255)
        terms.append(np.stack([(image @ text[k]).numpy(), technical(pictures[k])]))
    rng = np.random.default_rng(0)
    print(f'{len(rows)} captions, {pictures.shape[1]} pictures each; mean of one by chance {np.mean(worth):.3f}')
    print(f'the teachers themselves: {gains([w[None] for w in worth], [1], worth).mean():+.4f}')
    for weight in GRID:
        found = gains(terms, [1, weight], worth)
        low, high = interval(found, rng)
        print(f'promptAlign 1, technical {weight}: {found.mean():+.4f} ({low:+.4f} to {high:+.4f})')
    found = gains(terms, [0, 1], worth)
    print(f'technical alone: {found.mean():+.4f}')


if __name__ == '__main__':
    main()
