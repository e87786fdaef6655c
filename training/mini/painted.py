"""Painted pictures (paint.py) with what the teachers see in them (teachers.py)."""

import os

import numpy as np

from .state import read_json


def read_painted(work):
    """-> captions with concept, style and place as numbers; pixels, captions x seeds x edge x edge x 3; logarithms of the probabilities of each
    concept and style, captions x seeds x names; and how well each picture shows its caption: the probability of its concept and style."""
    rows, taught = read_json(os.path.join(work, 'painted.json')), np.load(os.path.join(work, 'taught.npz'))
    pixels, named, styled = np.load(os.path.join(work, 'painted.npy'), mmap_mode='r'), taught['concept'], taught['style']
    own = [(named[k, :, row['concept']], styled[k, :, row['style']]) for k, row in enumerate(rows)]
    return rows, pixels, named, styled, np.exp([right + fits for right, fits in own])
