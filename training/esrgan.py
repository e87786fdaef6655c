"""Convert Real-ESRGAN x4plus anime 6B from ncnn (.param/.bin) to BasicSR-named F16 safetensors.

python esrgan.py realesrgan-x4plus-anime.param realesrgan-x4plus-anime.bin out.safetensors
"""

import sys

import numpy as np
from safetensors.numpy import save_file

NAMES = (
    ['conv_first']
    + [f'body.{b}.rdb{r}.conv{c}' for b in range(6) for r in (1, 2, 3) for c in range(1, 6)]
    + ['conv_body', 'conv_up1', 'conv_up2', 'conv_hr', 'conv_last']
)


def main(param, binary, out):
    convs = []
    with open(param) as file:
        lines = file.read().splitlines()
    for line in lines:
        parts = line.split()
        if parts and parts[0] == 'Convolution':
            kv = dict(p.split('=', 1) for p in parts[4:] if '=' in p)
            convs.append((int(kv['0']), int(kv['1']), int(kv['6'])))
    assert len(convs) == len(NAMES), (len(convs), len(NAMES))
    with open(binary, 'rb') as file:
        raw = file.read()
    at, tensors = 0, {}
    for name, (oc, k, n) in zip(NAMES, convs, strict=True):
        assert int.from_bytes(raw[at : at + 4], 'little') == 0x01306B47, 'expected fp16 weights'
        at += 4
        w = np.frombuffer(raw, np.float16, n, at)
        at += (n * 2 + 3) // 4 * 4
        b = np.frombuffer(raw, np.float32, oc, at)
        at += oc * 4
        tensors[name + '.weight'] = w.reshape(oc, n // oc // k // k, k, k).copy()
        tensors[name + '.bias'] = b.astype(np.float16)
    assert at == len(raw), (at, len(raw))
    save_file(tensors, out, {'format': 'pt', 'source': 'Real-ESRGAN x4plus anime 6B (BSD-3-Clause), converted from ncnn'})
    print(len(tensors), 'tensors', sum(t.size for t in tensors.values()), 'parameters')


if __name__ == '__main__':
    main(*sys.argv[1:4])
