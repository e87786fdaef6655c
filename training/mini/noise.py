"""The engine's start noise: Philox 4x32-10 and Box-Muller, as PyTorch draws on a GPU. The same seed gives the same picture in both."""

import numpy as np


def philox_normal(count, seed, offset=0):
    """count normal numbers (float32) of a seed; offset: number of earlier draws."""
    index = np.arange(count, dtype=np.uint64)
    counter = [np.full(count, offset, np.uint64), np.zeros(count, np.uint64), index, np.zeros(count, np.uint64)]
    low = np.uint64(0xFFFFFFFF)
    key = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)]
    for _ in range(10):
        first, second = counter[0] * np.uint64(0xD2511F53), counter[2] * np.uint64(0xCD9E8D57)
        counter = [
            (second >> np.uint64(32)) ^ counter[1] ^ key[0],
            second & low,
            (first >> np.uint64(32)) ^ counter[3] ^ key[1],
            first & low,
        ]
        key = [(key[0] + np.uint64(0x9E3779B9)) & low, (key[1] + np.uint64(0xBB67AE85)) & low]
    scale = np.float32(2.3283064e-10)
    u = counter[0].astype(np.float32) * scale + scale / 2
    turn = np.float32(2.3283064e-10 * 6.2831855)
    v = counter[1].astype(np.float32) * turn + turn / 2
    return np.sqrt(-2 * np.log(u)) * np.sin(v)
