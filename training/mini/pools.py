"""The pictures on disk."""

import json
import os

import numpy as np

NAMES = ('pool-sprites', 'pool-scenes')


def read_rows(work, name):
    with open(os.path.join(work, name + '.json')) as file:
        return json.load(file)


def read_pictures(work, name, size=128):
    """N x size x size x 3, uint8, memory-mapped."""
    return np.memmap(os.path.join(work, name + '.bin'), np.uint8, 'r').reshape(-1, size, size, 3)


def read_latents(work, name):
    """N x 4 x 16 x 16, float16; zeros if not computed yet."""
    return np.memmap(os.path.join(work, name + '.latents'), np.float16, 'r').reshape(-1, 4, 16, 16)
