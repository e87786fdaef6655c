"""The autoencoder with TAESD's layout and names: 8 pixels per latent pixel, 4 channels."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, c=64):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1)
        )
        nn.init.zeros_(self.conv[4].bias)
        with torch.no_grad():
            self.conv[4].weight.mul_(0.3)

    def forward(self, x):
        return F.relu(self.conv(x) + x)


def down(c=64):
    return nn.Conv2d(c, c, 3, stride=2, padding=1, bias=False)


class Encoder(nn.Module):
    def __init__(self, c=64, z=4):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, c, 3, padding=1),
            Block(),
            down(),
            Block(),
            Block(),
            Block(),
            down(),
            Block(),
            Block(),
            Block(),
            down(),
            Block(),
            Block(),
            Block(),
            nn.Conv2d(c, z, 3, padding=1),
        )

    def forward(self, x):
        return self.layers(x)


class Decoder(nn.Module):
    def __init__(self, c=64, z=4):
        super().__init__()

        def up():
            return nn.Upsample(scale_factor=2), nn.Conv2d(c, c, 3, padding=1, bias=False)

        self.layers = nn.Sequential(
            nn.Conv2d(z, c, 3, padding=1),
            nn.ReLU(),
            Block(),
            Block(),
            Block(),
            *up(),
            Block(),
            Block(),
            Block(),
            *up(),
            Block(),
            Block(),
            Block(),
            *up(),
            Block(),
            nn.Conv2d(c, 3, 3, padding=1),
        )

    def forward(self, z):
        return self.layers(torch.tanh(z / 3) * 3)


class TAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()


def loss_fn(y, x):
    """L1 + MSE + image gradients (keeps edges crisp) + MSE of the means of 8 x 8 pixels (keeps hues)."""
    d = y - x
    dx, dy = d[..., 1:] - d[..., :-1], d[..., 1:, :] - d[..., :-1, :]
    return d.abs().mean() + 4 * (d**2).mean() + dx.abs().mean() + dy.abs().mean() + 8 * F.avg_pool2d(d, 8).square().mean()
