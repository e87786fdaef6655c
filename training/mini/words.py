"""The list of concepts and their other names."""

import json
import os

from .state import HERE


def read_words():
    """aliases and adjectives by label; extra: concepts that are drawn less often than the core."""
    with open(os.path.join(HERE, 'concepts.json')) as file:
        return json.load(file)


def read_core():
    """The most frequent concepts, called core in vocab.json."""
    with open(os.path.join(HERE, 'core.txt')) as file:
        return [line.strip() for line in file if line.strip()]


def read_concepts(sprites):
    """The core concepts first, then others that have sprites."""
    names = {row['label'] for row in sprites.rows}
    return read_core() + [label for label in read_words()['extra'] if label in names]
