"""How well does the CLIP image tower see? Measured on held-out pairs of style and concept.

    python evaluate_clip.py --model out [--data data]

probe: a linear classifier (ridge regression) on the picture embeddings names the concept, the style and the place of unseen pairs. caption: the
own caption among those of all concepts, with the same style and place; and among the captions of 500 pictures.
"""

import argparse

import torch
import torch.nn.functional as F

from clip_image import grid_captions
from mini.exported import read_exported
from mini.scenery import BACKGROUNDS, STYLE_NAMES, Scenery, augment
from mini.sprites import Sprites
from mini.tokenizer import Tokenizer
from mini.words import read_core, read_words


@torch.no_grad()
def embed(clip, scenery, count, generator, soften):
    parts = []
    for _ in range(count // 64):
        x, pick, background = scenery.draw(64, generator)
        parts.append((clip.image(augment(x, generator) if soften else x), scenery.concept[pick], scenery.style[pick], background))
    return [torch.cat(part) for part in zip(*parts, strict=True)]


def probe(train, labels, test, truth):
    """Accuracy of ridge regression on one-hot labels."""
    x, y = F.pad(train, (0, 1), value=1.0), F.one_hot(labels).float()
    weights = torch.linalg.solve(x.T @ x + 0.3 * torch.eye(x.shape[1]), x.T @ y)
    return float(((F.pad(test, (0, 1), value=1.0) @ weights).argmax(1) == truth).float().mean())


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='out')
    parser.add_argument('--data', default='data')
    parser.add_argument('--train', type=int, default=6400)
    parser.add_argument('--test', type=int, default=1024)
    args = parser.parse_args()
    torch.set_num_threads(1)
    clip = read_exported(args.model)[0]
    sprites, concepts = Sprites(args.data), read_core()
    generator = torch.Generator().manual_seed(5)
    edge = clip.config['image_size']
    train = embed(clip, Scenery(sprites, concepts, edge=edge), args.train, generator, True)
    test = embed(clip, Scenery(sprites, concepts, held_out=True, seed=12, edge=edge), args.test, generator, False)
    for name, k in (('concept', 1), ('style', 2), ('place', 3)):
        print(f'probe {name}: {probe(train[0], train[k], test[0], test[k]):.3f}', flush=True)
    words, tokens = read_words(), Tokenizer()
    grid = grid_captions(concepts, words, None, True)

    def texts(places):
        return torch.cat([clip.text(tokens([grid[p] for p in part])) for part in places.split(256)])

    def at(style, concept, background):
        return (style * len(concepts) + concept) * len(BACKGROUNDS) + background

    image, concept, style, background = test
    right, count = 0, 256
    for k in range(count):
        every = at(style[k], torch.arange(len(concepts)), background[k])
        right += int((texts(every) @ image[k]).argmax() == concept[k])
    print(f'caption among {len(concepts)} concepts: {right / count:.3f}', flush=True)
    places = at(style, concept, background)[:500]
    rank = (image[:500] @ texts(places).T - (image[:500] * texts(places)).sum(1, keepdim=True) > 1e-6).sum(1)
    print(f'caption among 500: top-1 {(rank == 0).float().mean():.3f}, top-5 {(rank < 5).float().mean():.3f}; {len(STYLE_NAMES)} styles')


if __name__ == '__main__':
    main()
