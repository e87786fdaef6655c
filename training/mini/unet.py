"""The UNet in SD1's family, with LDM's parameter names.

The operators follow the engine exactly: GroupNorm eps 1e-6, LayerNorm eps 1e-5, tanh-GELU in GEGLU, 8 heads everywhere, 1x1-conv projections
around the transformer blocks.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from . import kernels


def timestep_embedding(t, dim, max_period=10000):
    half = dim // 2
    freqs = torch.exp(-math.log(max_period) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    args = t.float()[:, None] * freqs[None]
    return torch.cat([torch.cos(args), torch.sin(args)], dim=-1)


def group_norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class ResBlock(nn.Module):
    def __init__(self, c_in, c_emb, c_out):
        super().__init__()
        self.in_layers = nn.Sequential(group_norm(c_in), nn.SiLU(), nn.Conv2d(c_in, c_out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(c_emb, c_out))
        self.out_layers = nn.Sequential(group_norm(c_out), nn.SiLU(), nn.Identity(), nn.Conv2d(c_out, c_out, 3, padding=1))
        self.skip_connection = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        nn.init.zeros_(self.out_layers[3].weight)
        nn.init.zeros_(self.out_layers[3].bias)

    def forward(self, x, emb):
        h = self.in_layers[2](kernels.group_norm(x, self.in_layers[0], silu=True))
        h = h + self.emb_layers(emb)[:, :, None, None]
        h = self.out_layers[3](kernels.group_norm(h, self.out_layers[0], silu=True))
        return h + self.skip_connection(x)


class Attention(nn.Module):
    def __init__(self, dim, context_dim, heads=8):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(context_dim, dim, bias=False)
        self.to_v = nn.Linear(context_dim, dim, bias=False)
        self.to_out = nn.Sequential(nn.Linear(dim, dim))

    def forward(self, x, context=None):
        context = x if context is None else context

        def split(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q, k, v = split(self.to_q(x)), split(self.to_k(context)), split(self.to_v(context))
        out = kernels.attention(q, k, v)
        return self.to_out(out.transpose(1, 2).flatten(2))


class GEGLU(nn.Module):
    def __init__(self, dim, inner):
        super().__init__()
        self.proj = nn.Linear(dim, inner * 2)

    def forward(self, x):
        return kernels.geglu(self.proj(x))


class FeedForward(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.net = nn.Sequential(GEGLU(dim, dim * 4), nn.Identity(), nn.Linear(dim * 4, dim))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, dim, context_dim):
        super().__init__()
        self.attn1 = Attention(dim, dim)
        self.attn2 = Attention(dim, context_dim)
        self.ff = FeedForward(dim)
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(dim), nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, x, context):
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class SpatialTransformer(nn.Module):
    def __init__(self, dim, context_dim):
        super().__init__()
        self.norm = group_norm(dim)
        self.proj_in = nn.Conv2d(dim, dim, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(dim, context_dim)])
        self.proj_out = nn.Conv2d(dim, dim, 1)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)

    def forward(self, x, context):
        b, c, hh, ww = x.shape
        h = kernels.group_norm(x, self.norm).permute(0, 2, 3, 1).reshape(b, hh * ww, c)
        h = F.linear(h, self.proj_in.weight[:, :, 0, 0], self.proj_in.bias)
        for block in self.transformer_blocks:
            h = block(h, context)
        h = F.linear(h, self.proj_out.weight[:, :, 0, 0], self.proj_out.bias)
        return x + h.reshape(b, hh, ww, c).permute(0, 3, 1, 2)


class Down(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.op = nn.Conv2d(c, c, 3, stride=2, padding=1)

    def forward(self, x):
        return self.op(x)


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2, mode='nearest'))


class UNet(nn.Module):
    """layout 'sd1': mult 1,2,4,4, two blocks per level, middle block.
    layout 'tiny': mult 1,2,4, one block per level, no middle block (SD1 "tiny unet" numbering).
    layout 'sdxs': as 'tiny' but without attention at full latent resolution."""

    def __init__(self, channels=32, context_dim=256, layout='sd1', in_channels=4):
        super().__init__()
        tiny = layout in ('tiny', 'sdxs')
        mults, n_res = ((1, 2, 4), 1) if tiny else ((1, 2, 4, 4), 2)
        attn_levels = {1, 2} if layout == 'sdxs' else {0, 1, 2}
        self.channels = channels
        emb = channels * 4
        self.time_embed = nn.Sequential(nn.Linear(channels, emb), nn.SiLU(), nn.Linear(emb, emb))

        def block(*mods):
            return nn.ModuleDict({str(k): m for k, m in mods})

        inputs, outputs = {}, {}
        inputs['0'] = block((0, nn.Conv2d(in_channels, channels, 3, padding=1)))
        self.in_order = []  # (key, pushes a skip)
        skips, ch, idx = [channels], channels, 0
        for i, m in enumerate(mults):
            for _ in range(n_res):
                idx += 1
                mods = [(0, ResBlock(ch, emb, m * channels))]
                ch = m * channels
                if i in attn_levels:
                    mods.append((1, SpatialTransformer(ch, context_dim)))
                inputs[str(idx)] = block(*mods)
                self.in_order.append(str(idx))
                skips.append(ch)
                if tiny:
                    idx += 1
            if i != len(mults) - 1:
                idx += 1
                inputs[str(idx)] = block((0, Down(ch)))
                self.in_order.append(str(idx))
                skips.append(ch)
        self.input_blocks = nn.ModuleDict(inputs)
        self.middle_block = (
            None if tiny else block((0, ResBlock(ch, emb, ch)), (1, SpatialTransformer(ch, context_dim)), (2, ResBlock(ch, emb, ch)))
        )
        idx = 0
        self.out_order = []  # ('res', key) or ('up', key)
        for i in reversed(range(len(mults))):
            for j in range(n_res + 1):
                mods = [(0, ResBlock(ch + skips.pop(), emb, mults[i] * channels))]
                ch = mults[i] * channels
                up_at = 1
                if i in attn_levels:
                    mods.append((1, SpatialTransformer(ch, context_dim)))
                    up_at = 2
                key = str(idx)
                outputs[key] = block(*mods)
                self.out_order.append(('res', key))
                if i > 0 and j == n_res:
                    if tiny:
                        idx += 1
                        up_at = 1 if idx == 2 else up_at
                    if str(idx) not in outputs:
                        outputs[str(idx)] = nn.ModuleDict()
                    outputs[str(idx)][str(up_at)] = Up(ch)
                    self.out_order.append(('up', str(idx), str(up_at)))
                idx += 1
        self.output_blocks = nn.ModuleDict(outputs)
        self.out = nn.Sequential(group_norm(ch), nn.SiLU(), nn.Conv2d(ch, in_channels, 3, padding=1))
        nn.init.zeros_(self.out[2].weight)
        nn.init.zeros_(self.out[2].bias)

    def forward(self, x, t, context):
        emb = self.time_embed(timestep_embedding(t, self.channels).to(x.dtype))
        h = self.input_blocks['0']['0'](x)
        skips = [h]
        for key in self.in_order:
            b = self.input_blocks[key]
            first = b['0']
            h = first(h) if isinstance(first, Down) else first(h, emb)
            if '1' in b:
                h = b['1'](h, context)
            skips.append(h)
        if self.middle_block is not None:
            h = self.middle_block['0'](h, emb)
            h = self.middle_block['1'](h, context)
            h = self.middle_block['2'](h, emb)
        for step in self.out_order:
            b = self.output_blocks[step[1]]
            if step[0] == 'res':
                h = b['0'](torch.cat([h, skips.pop()], dim=1), emb)
                if '1' in b and isinstance(b['1'], SpatialTransformer):
                    h = b['1'](h, context)
            else:
                h = b[step[2]](h)
        return self.out[2](kernels.group_norm(h, self.out[0], silu=True))
