"""The tiny CLIP, with the names and arithmetic of Hugging Face's CLIPModel, so that the engine can read the export."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from . import kernels
from .resnet import ResNet
from .tokenizer import Tokenizer


class SelfAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.heads = width // 64
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, causal):
        def split(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        out = kernels.attention(split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x)), causal)
        return self.out_proj(out.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(kernels.quick_gelu(self.fc1(x)))


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.self_attn, self.mlp = SelfAttention(width), MLP(width)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, causal):
        x = x + self.self_attn(self.layer_norm1(x), causal)
        return x + self.mlp(self.layer_norm2(x))


class Encoder(nn.Module):
    def __init__(self, width, layers):
        super().__init__()
        self.layers = nn.ModuleList([Layer(width) for _ in range(layers)])

    def forward(self, x, causal=False):
        for layer in self.layers:
            x = layer(x, causal)
        return x


class TextModel(nn.Module):
    def __init__(self, config, rows):
        super().__init__()
        width = config['hidden']
        self.embeddings = nn.Module()
        self.embeddings.token_embedding = nn.Embedding(rows, width)
        self.embeddings.position_embedding = nn.Embedding(config['length'], width)
        nn.init.normal_(self.embeddings.token_embedding.weight, std=0.02)
        nn.init.normal_(self.embeddings.position_embedding.weight, std=0.01)
        self.encoder = Encoder(width, config['text_layers'])
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, ids):
        x = self.embeddings.token_embedding(ids) + self.embeddings.position_embedding.weight[: ids.shape[1]]
        return self.final_layer_norm(self.encoder(x, causal=True))


class VisionModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config.get('vision_hidden', config['hidden'])
        patches = (config['image_size'] // config['patch']) ** 2
        self.embeddings = nn.Module()
        self.embeddings.patch_embedding = nn.Conv2d(3, width, config['patch'], stride=config['patch'], bias=False)
        self.embeddings.class_embedding = nn.Parameter(torch.randn(width) * 0.02)
        self.embeddings.position_embedding = nn.Embedding(patches + 1, width)
        nn.init.normal_(self.embeddings.position_embedding.weight, std=0.02)
        self.pre_layrnorm = nn.LayerNorm(width)  # Hugging Face's spelling
        self.encoder = Encoder(width, config['vision_layers'])
        self.post_layernorm = nn.LayerNorm(width)

    def forward(self, x, patches=None):
        """patches: indices of the patches to use (only in training: half the patches cost half the time); None: all."""
        x = self.embeddings.patch_embedding(x).flatten(2).transpose(1, 2)
        places = self.embeddings.position_embedding.weight
        x = x + places[1:]
        if patches is not None:
            x = x[:, patches]
        first = (self.embeddings.class_embedding + places[0]).to(x.dtype).expand(len(x), 1, -1)
        x = torch.cat([first, x], 1)
        return self.post_layernorm(self.encoder(self.pre_layrnorm(x))[:, 0])


class CLIP(nn.Module):
    """token_ids: the CLIP ids that the text tower has rows for; captions contain no others. The image tower is a ResNet if the config has
    resnet_layers; the ViT serves only the training of the text tower."""

    def __init__(self, token_ids, config):
        super().__init__()
        self.config, self.token_ids = config, list(token_ids)
        self.register_buffer('row', torch.zeros(config['vocab'], dtype=torch.long), persistent=False)
        self.row[torch.tensor(self.token_ids)] = torch.arange(len(self.token_ids))
        self.text_model = TextModel(config, len(self.token_ids))
        if 'resnet_layers' in config:
            self.visual = ResNet(config['resnet_layers'], config['resnet_width'], config['image_size'], config['projection'])
        else:
            self.vision_model = VisionModel(config)
            self.visual_projection = nn.Linear(config.get('vision_hidden', config['hidden']), config['projection'], bias=False)
        self.text_projection = nn.Linear(config['hidden'], config['projection'], bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))

    def hidden(self, ids):
        """N x L ids -> N x L x hidden: the last state after the final layer norm, which conditions the UNet."""
        return self.text_model(self.row[ids])

    def pooled(self, ids):
        """N x L ids -> N x hidden: the state at the end token, before the projection."""
        at = (ids == Tokenizer.EOS).int().argmax(-1)
        states = self.hidden(ids[:, : int(at.max()) + 1])  # causal: tokens after the end have no effect
        return states[torch.arange(len(states)), at]

    def text(self, ids):
        return F.normalize(self.text_projection(self.pooled(ids)).float(), dim=-1)

    def seen(self, x):
        """N x 3 x edge x edge in 0..1 -> N x projection, of any length."""
        if 'resnet_layers' in self.config:
            return self.visual((x * 2 - 1).contiguous(memory_format=torch.channels_last))
        return self.visual_projection(self.vision_model(x * 2 - 1))

    def image(self, x):
        """N x 3 x edge x edge in 0..1 -> N x projection, length 1."""
        return F.normalize(self.seen(x).float(), dim=-1)
