"""Writes the real pictures for `npm run eval:model`: one of each core concept, in the style that was held out for it.

    python held_out.py --data data --words concepts.json --vocabulary ../models/vocab.json --out ../bench/model

held-out.webp: all of them as tiles of one picture, row by row; held-out.json: the concept and style of each, with its caption in canonical words.
Backgrounds are of kinds that the first model also knows, so that both can be asked for the same. The same seed gives the same pictures.
"""

import argparse
import json
import os

import numpy as np
from PIL import Image

from mini.captions import caption
from mini.compose import compose
from mini.sprites import Sprites
from mini.styles import COLORS, FIRST_SCENES, INK, STYLES

COLUMNS = 16


def draw_background(row, rng):
    """'' (white), a colour, or one of the first model's scenes, with the frequencies of the training pictures."""
    u = rng.random()
    if row['set'] in INK:
        return '' if u < 0.75 else str(rng.choice(list(COLORS)))
    return '' if u < 0.38 else str(rng.choice(list(COLORS))) if u < 0.56 else str(rng.choice(FIRST_SCENES))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='data')
    parser.add_argument('--words', default='concepts.json')
    parser.add_argument('--vocabulary', default='../models/vocab.json')
    parser.add_argument('--out', default='../bench/model')
    parser.add_argument('--seed', type=int, default=7)
    parser.add_argument('--quality', type=int, default=90, help='of the WebP file, 1..100')
    args = parser.parse_args()
    sprites, rng = Sprites(args.data), np.random.default_rng(args.seed)
    with open(args.words) as file:
        words = json.load(file)
    with open(args.vocabulary) as file:
        core = set(json.load(file)['core'])
    held = [i for i in sorted(sprites.holdout) if sprites.rows[i]['label'] in core]
    rows, tiles = [], []
    for i in held:
        row = sprites.rows[i]
        background = draw_background(row, rng)
        tiles.append(compose(sprites, i, rng, background)[0])
        rows.append(
            {
                'concept': row['label'],
                'style': STYLES[row['set']][0],
                'background': background,
                'caption': caption(row, background, rng, words, plain=True),
                'set': row['set'],
            }
        )
    size = sprites.size
    sheet = np.full((-(-len(tiles) // COLUMNS) * size, COLUMNS * size, 3), 255, np.uint8)
    for k, tile in enumerate(tiles):
        y, x = k // COLUMNS * size, k % COLUMNS * size
        sheet[y : y + size, x : x + size] = tile
    path = os.path.join(args.out, 'held-out.webp')
    os.makedirs(args.out, exist_ok=True)
    Image.fromarray(sheet).save(path, quality=args.quality, method=6)
    with open(os.path.join(args.out, 'held-out.json'), 'w') as file:
        file.write(f'{{ "size": {size}, "columns": {COLUMNS}, "seed": {args.seed}, "pictures": [\n')
        file.write(',\n'.join(json.dumps(row, ensure_ascii=False) for row in rows) + '\n] }\n')
    print(f'{len(rows)} pictures, {os.path.getsize(path)} bytes')


if __name__ == '__main__':
    main()
