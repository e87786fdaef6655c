"""The exported files as PyTorch networks, in float32."""

import json
import os

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from .clip import CLIP
from .tae import TAE
from .unet import UNet

PREFIX, TOWER = 'model.diffusion_model.', 'cond_stage_model.transformer.'


def read_exported(folder):
    """-> CLIP (text and image tower), UNet and autoencoder from a folder that export.py wrote."""
    painter = {k: v.float() for k, v in load_file(os.path.join(folder, 'mini.safetensors')).items()}
    image = {k: v.float() for k, v in load_file(os.path.join(folder, 'mini-clip.safetensors')).items()}
    table = TOWER + 'text_model.embeddings.token_embedding.weight'
    empty = painter[table].abs().sum(1) == 0
    # Row 0 is empty and serves all ids without a row: the engine also treats a word that was in no caption as blank.
    ids = [int(empty.int().argmax()), *torch.nonzero(~empty).flatten().tolist()]
    with open(os.path.join(folder, 'mini-clip-config.json')) as file:
        about = json.load(file)
    text, vision = about['text_config'], about['vision_config']
    config = {
        'hidden': text['hidden_size'],
        'vision_hidden': vision['hidden_size'],
        'text_layers': text['num_hidden_layers'],
        'vision_layers': vision['num_hidden_layers'],
        'image_size': vision['image_size'],
        'patch': vision['patch_size'],
        'projection': about['projection_dim'],
        'vocab': text['vocab_size'],
        'length': text['max_position_embeddings'],
    }
    clip = CLIP(ids, config)
    state = {k[len(TOWER) :]: v for k, v in painter.items() if k.startswith(TOWER)} | image
    state[table[len(TOWER) :]] = painter[table][torch.tensor(ids)]
    clip.load_state_dict({k: v for k, v in state.items() if 'position_ids' not in k})
    state = {k[len(PREFIX) :]: v for k, v in painter.items() if k.startswith(PREFIX)}
    channels = state['input_blocks.0.0.weight'].shape[0]
    layout = 'sd1' if 'middle_block.0.in_layers.0.weight' in state else 'tiny' if 'output_blocks.7.1.norm.weight' in state else 'sdxs'
    unet = UNet(channels=channels, context_dim=config['hidden'], layout=layout)
    unet.load_state_dict(state)
    tae = TAE()
    tae.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, 'mini-tae.safetensors')).items()})
    return clip.eval(), unet.eval(), tae.eval()


def metadata(folder):
    with safe_open(os.path.join(folder, 'mini.safetensors'), 'pt') as file:
        return file.metadata()
