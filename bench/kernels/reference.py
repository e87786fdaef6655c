"""The other side of bench/kernels/kernels.ts: the same networks in PyTorch, with random weights.

    python reference.py upscaler|vae|unet f32|bf16 THREADS ROUNDS     # the unet needs diffusers, and so does the vae

Prints processor and wall seconds of the best round as JSON.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(64 + 32 * i, 32 if i < 4 else 64, 3, 1, 1) for i in range(5))

    def forward(self, x):
        seen = x
        for conv in self.convs[:4]:
            seen = torch.cat((seen, functional.leaky_relu(conv(seen), 0.2)), 1)
        return self.convs[4](seen) * 0.2 + x


class Upscaler(nn.Module):
    """RealESRGAN x4 with six blocks."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 64, 3, 1, 1), nn.Conv2d(64, 3, 3, 1, 1)
        self.blocks = nn.ModuleList(nn.Sequential(Dense(), Dense(), Dense()) for _ in range(6))
        self.body, self.up1, self.up2, self.hr = (nn.Conv2d(64, 64, 3, 1, 1) for _ in range(4))

    def forward(self, x):
        first = x = self.first(x)
        for block in self.blocks:
            x = block(x) * 0.2 + x
        x = first + self.body(x)
        for up in (self.up1, self.up2):
            x = functional.leaky_relu(up(functional.interpolate(x, scale_factor=2)), 0.2)
        return self.last(functional.leaky_relu(self.hr(x), 0.2))


def network(name, dtype):
    """The network and its work: 128 to 512 pixels, a decode to 256 pixels, or a step with guidance at 256 pixels."""
    if name == 'upscaler':
        model, inputs = Upscaler(), (torch.randn(1, 3, 128, 128),)
    elif name == 'vae':
        from diffusers import AutoencoderKL

        model = AutoencoderKL(
            down_block_types=('DownEncoderBlock2D',) * 4, up_block_types=('UpDecoderBlock2D',) * 4,
            block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4)
        inputs = (torch.randn(1, 4, 32, 32),)
    else:
        from diffusers import UNet2DConditionModel

        model = UNet2DConditionModel(sample_size=32, cross_attention_dim=768)
        inputs = (torch.randn(2, 4, 32, 32), torch.tensor([500, 500]), torch.randn(2, 77, 768))
    model = model.to(dtype).eval()
    inputs = tuple(value.to(dtype) if value.is_floating_point() else value for value in inputs)
    return (lambda: model.decode(*inputs)) if name == 'vae' else (lambda: model(*inputs))


def main():
    name, precision, threads, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    compute = network(name, torch.bfloat16 if precision == 'bf16' else torch.float32)
    best = [1e9, 1e9]
    with torch.no_grad():
        for _ in range(rounds):
            begun, wall = time.process_time(), time.perf_counter()
            compute()
            best = [min(best[0], time.process_time() - begun), min(best[1], time.perf_counter() - wall)]
    print(json.dumps({'processor': best[0], 'wall': best[1]}))


if __name__ == '__main__':
    main()
