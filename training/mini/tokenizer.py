"""CLIP's byte-pair tokens, with the vocabulary that the package also reads (vocab/clip_merges.txt)."""

import html
import os
import re
from functools import lru_cache

import numpy as np
import torch

MERGES = os.path.join(os.path.dirname(__file__), '../../vocab/clip_merges.txt')


class Tokenizer:
    BOS, EOS, LENGTH = 49406, 49407, 77

    def __init__(self, path=MERGES):
        with open(path, encoding='utf-8') as file:
            lines = file.read().split('\n')
        merges = [tuple(line.split()) for line in lines[1 : 49152 - 256 - 2 + 1]]
        known = [*range(ord('!'), ord('~') + 1), *range(ord('¡'), ord('¬') + 1), *range(ord('®'), ord('ÿ') + 1)]
        codes = known + [256 + n for n in range(256 - len(known))]
        order = known + [b for b in range(256) if b not in known]
        self.byte = {b: chr(c) for b, c in zip(order, codes, strict=True)}
        letters = list(self.byte.values())
        vocabulary = letters + [v + '</w>' for v in letters] + [''.join(m) for m in merges] + ['<|startoftext|>', '<|endoftext|>']
        self.encoder = {word: i for i, word in enumerate(vocabulary)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}

    @lru_cache(maxsize=65536)  # noqa: B019 - one tokenizer lives as long as the process
    def _pieces(self, word):
        parts = [*word[:-1], word[-1] + '</w>']
        while len(parts) > 1:
            rank, k = min((self.ranks.get(pair, 1 << 30), k) for k, pair in enumerate(zip(parts, parts[1:], strict=False)))
            if rank == 1 << 30:
                break
            parts[k : k + 2] = [parts[k] + parts[k + 1]]
        return tuple(self.encoder[p] for p in parts)

    def ids(self, text):
        """Token ids without start and end."""
        text = re.sub(r'\s+', ' ', html.unescape(text)).strip().lower()
        out = []
        for word in re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+", text):
            out += self._pieces(''.join(self.byte[b] for b in word.encode('utf-8')))
        return out

    def __call__(self, texts):
        """-> N x 77, padded with the end token as the engine does."""
        out = np.full((len(texts), self.LENGTH), self.EOS, np.int64)
        for row, text in enumerate(texts):
            ids = [self.BOS, *self.ids(text)[: self.LENGTH - 2], self.EOS]
            out[row, : len(ids)] = ids
        return torch.from_numpy(out)
