"""Composes the training pictures: sprites on backgrounds, with captions.

    python dataset.py --data data --work work

Writes <work>/pool-sprites.bin (uint8, N x 128 x 128 x 3) and pool-sprites.json (sprite, background, captions of each). Held-out pairs are left out.
The same seed gives the same pictures; a killed run starts again (two minutes). scenes.mjs writes pool-scenes.* beside it.
"""

import argparse
import os

import numpy as np
import torch

from mini.captions import caption
from mini.compose import compose
from mini.sprites import Sprites
from mini.state import load_config, write_json
from mini.words import read_core, read_words


def chosen(sprites, copies, words, rng):
    """Every sprite of a core concept as often as its set says, the others a third of that, in random order."""
    core, extra = set(read_core()), set(words['extra'])
    ids = []
    for i, row in enumerate(sprites.rows):
        count = copies.get(row['set'], 0)
        if i in sprites.holdout or count == 0:
            continue
        if row['label'] in core:
            ids += [i] * count
        elif row['label'] in extra:
            ids += [i] * max(2, count // 3)
    return rng.permutation(ids)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='data')
    parser.add_argument('--work', default='work')
    parser.add_argument('--size', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(1)
    settings, words = load_config(size=args.size)['dataset'], read_words()
    sprites, rng = Sprites(args.data), np.random.default_rng(settings['seed'])
    ids = chosen(sprites, settings['copies'], words, rng)
    path, n = os.path.join(args.work, 'pool-sprites'), sprites.size
    os.makedirs(args.work, exist_ok=True)
    pool, rows = np.memmap(path + '.bin', np.uint8, 'w+', shape=(len(ids), n, n, 3)), []
    for k, i in enumerate(ids):
        pool[k], background = compose(sprites, int(i), rng)
        captions = sorted({caption(sprites.rows[i], background, rng, words) for _ in range(settings['captions'])})
        rows.append({'sprite': int(i), 'background': str(background), 'captions': captions})
        if k % 2000 == 0:
            print('composed', k, 'of', len(ids), flush=True)
    pool.flush()
    write_json(path + '.json', rows)


if __name__ == '__main__':
    main()
