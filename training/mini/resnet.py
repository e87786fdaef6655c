"""CLIP's convolutional image tower (OpenAI's ModifiedResNet), with its names and arithmetic, so that the engine can read the export."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1; a stride is an average pool after the 3x3, and before the 1x1 of the shortcut."""

    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, planes, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes)
        self.stride, self.downsample = stride, None
        if stride > 1 or inputs != 4 * planes:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * planes, 1, bias=False), nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        def pooled(y):
            return F.avg_pool2d(y, self.stride) if self.stride > 1 else y

        out = F.relu(self.bn1(self.conv1(x)))
        out = pooled(F.relu(self.bn2(self.conv2(out))))
        out = self.bn3(self.conv3(out))
        return F.relu(out + (x if self.downsample is None else self.downsample(pooled(x))))


class AttentionPool(nn.Module):
    """One query, the mean of all places, over the mean and all places."""

    def __init__(self, places, width, heads, projection):
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.randn(places + 1, width) / width**0.5)
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, width) for _ in range(3))
        self.c_proj, self.heads = nn.Linear(width, projection), heads

    def forward(self, x):
        x = x.flatten(2).transpose(1, 2)
        x = torch.cat([x.mean(1, keepdim=True), x], 1) + self.positional_embedding.to(x.dtype)

        def split(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        out = F.scaled_dot_product_attention(split(self.q_proj(x[:, :1])), split(self.k_proj(x)), split(self.v_proj(x)))
        return self.c_proj(out.transpose(1, 2).flatten(2)[:, 0])


class ResNet(nn.Module):
    """layers: blocks of each of the four levels; the picture's edge is a multiple of 32."""

    def __init__(self, layers, width, edge, projection):
        super().__init__()
        half = width // 2
        self.conv1, self.bn1 = nn.Conv2d(3, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half)
        self.conv2, self.bn2 = nn.Conv2d(half, half, 3, padding=1, bias=False), nn.BatchNorm2d(half)
        self.conv3, self.bn3 = nn.Conv2d(half, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        inputs = width
        for level, count in enumerate(layers):
            planes, blocks = width * 2**level, []
            for k in range(count):
                blocks.append(Bottleneck(inputs, planes, 2 if k == 0 and level > 0 else 1))
                inputs = 4 * planes
            setattr(self, f'layer{level + 1}', nn.Sequential(*blocks))
        self.attnpool = AttentionPool((edge // 32) ** 2, inputs, width // 2, projection)

    def forward(self, x):
        """N x 3 x edge x edge in -1..1 -> N x projection"""
        for k in (1, 2, 3):
            x = F.relu(getattr(self, f'bn{k}')(getattr(self, f'conv{k}')(x)))
        x = F.avg_pool2d(x, 2)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.attnpool(x)
