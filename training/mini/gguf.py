"""Reads the GGUF files that scripts/bundle-model.mjs writes: F16 and Q8_0 as float32, I32 as it is."""

import struct

import numpy as np
import torch

F16, Q8_0, I32 = 1, 8, 26
BLOCK = np.dtype([('scale', '<f2'), ('values', 'i1', 32)])
# Bytes of the fixed-size value types; 8 is text, 9 a list.
WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        (value,) = struct.unpack_from('<' + form, self.data, self.at)
        self.at += struct.calcsize('<' + form)
        return value

    def text(self):
        length = self.number('Q')
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def skip_value(self, kind):
        if kind == 9:
            inner, count = self.number('I'), self.number('Q')
            for _ in range(count):
                self.skip_value(inner)
        elif kind == 8:
            self.text()
        else:
            self.at += WIDTHS[kind]


def read_gguf(path):
    """-> name: values (float32, flat; the shapes come from the network). Tensors of other types are left out."""
    with open(path, 'rb') as file:
        reader = Reader(file.read())
    if reader.data[:4] != b'GGUF':
        raise ValueError(f'{path}: expected a GGUF file')
    reader.at = 4
    version, tensors, keys = reader.number('I'), reader.number('Q'), reader.number('Q')
    if version != 3:
        raise ValueError(f'{path}: expected GGUF version 3, got {version}')
    for _ in range(keys):
        reader.text()
        reader.skip_value(reader.number('I'))
    entries = []
    for _ in range(tensors):
        name = reader.text()
        count = int(np.prod([reader.number('Q') for _ in range(reader.number('I'))]))
        entries.append((name, count, reader.number('I'), reader.number('Q')))
    start = -(-reader.at // 32) * 32
    found = {}
    for name, count, kind, offset in entries:
        if kind == F16:
            values = np.frombuffer(reader.data, '<f2', count, start + offset).astype(np.float32)
        elif kind == Q8_0:
            blocks = np.frombuffer(reader.data, BLOCK, count // 32, start + offset)
            values = (blocks['values'] * blocks['scale'].astype(np.float32)[:, None]).reshape(-1)
        elif kind == I32:
            values = np.frombuffer(reader.data, '<i4', count, start + offset).copy()
        else:
            continue
        found[name] = torch.from_numpy(values)
    return found
