"""The rendered sprites and their split."""

import hashlib
import json
import os
import re

import numpy as np

from .styles import SPLIT_WEIGHT, STYLES


def clean_label(label):
    label = label.lower().replace('’', "'")
    label = re.sub(r'[“”!().:,]', '', label).replace('-', ' ')
    return re.sub(r'\s+', ' ', label).strip()


class Sprites:
    """rows: set, slug, hex, label, tags, group of each; pixels: N x size x size x 4 (RGBA, uint8); holdout: indices of held-out sprites."""

    def __init__(self, folder, name='sprites', size=128):
        with open(os.path.join(folder, name + '.json')) as file:
            self.rows = json.load(file)
        self.pixels = np.memmap(os.path.join(folder, name + '.bin'), np.uint8, 'r').reshape(-1, size, size, 4)
        if len(self.rows) != len(self.pixels):
            raise ValueError(f'{folder}: {len(self.rows)} rows, {len(self.pixels)} sprites. Render again')
        self.size = size
        for row in self.rows:
            row['label'] = clean_label(row['label'])
        self.holdout = self._split()

    def _split(self):
        """Composition hold-out: every concept with at least four styles loses one of them, chosen by the hash of its code point."""
        by_concept = {}
        for i, row in enumerate(self.rows):
            if row['set'] in STYLES and SPLIT_WEIGHT[row['set']] > 0:
                by_concept.setdefault(row.get('hex'), []).append(i)
        held = set()
        for code, ids in by_concept.items():
            if code and len(ids) >= 4:
                held.add(ids[int(hashlib.sha256(code.encode()).hexdigest(), 16) % len(ids)])
        return held
