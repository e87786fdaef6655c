"""The exported files as PyTorch networks, in float32."""

import json
import os

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from .clip import CLIP
from .gguf import read_gguf
from .tae import TAE
from .unet import UNet

PREFIX, TOWER = 'model.diffusion_model.', 'cond_stage_model.transformer.'


def load_stored(unet, stored):
    """The weights as the package's file has them (read_gguf())."""
    unet.load_state_dict({name: stored[PREFIX + name].view_as(value) for name, value in unet.state_dict().items()})


def config_of(about):
    """The sizes in mini-clip-config.json, as mini/clip.py names them."""
    text, vision = about['text_config'], about['vision_config']
    config = {
        'hidden': text['hidden_size'],
        'text_layers': text['num_hidden_layers'],
        'image_size': vision['image_size'],
        'projection': about['projection_dim'],
        'vocab': text['vocab_size'],
        'length': text['max_position_embeddings'],
    }
    if 'layers' in vision:
        return {**config, 'resnet_layers': vision['layers'], 'resnet_width': vision['width']}
    return {**config, 'vision_hidden': vision['hidden_size'], 'vision_layers': vision['num_hidden_layers'], 'patch': vision['patch_size']}


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
    config = config_of(about)
    clip = CLIP(ids, config)
    state = {k[len(TOWER) :]: v for k, v in painter.items() if k.startswith(TOWER)} | image
    state[table[len(TOWER) :]] = painter[table][torch.tensor(ids)]
    known = clip.state_dict()
    state |= {name: value for name, value in known.items() if name.endswith('num_batches_tracked')}
    clip.load_state_dict({k: v for k, v in state.items() if 'position_ids' not in k})
    state = {k[len(PREFIX) :]: v for k, v in painter.items() if k.startswith(PREFIX)}
    channels = state['input_blocks.0.0.weight'].shape[0]
    layout = 'sd1' if 'middle_block.0.in_layers.0.weight' in state else 'tiny' if 'output_blocks.7.1.norm.weight' in state else 'sdxs'
    unet = UNet(channels=channels, context_dim=config['hidden'], layout=layout)
    unet.load_state_dict(state)
    tae = TAE()
    tae.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, 'mini-tae.safetensors')).items()})
    return clip.eval(), unet.eval(), tae.eval()


def read_shipped(folder):
    """-> state of the CLIP as text_tower.py keeps it (token_ids, config, model), UNet and autoencoder from the package's own files (models/)."""
    stored = read_gguf(os.path.join(folder, 'mini.gguf'))
    table, index = (stored.pop(f'{TOWER}text_model.embeddings.token_{name}.weight') for name in ('embedding', 'index'))
    with open(os.path.join(folder, 'mini-clip-config.json')) as file:
        config = config_of(json.load(file))
    # Row 0 serves all ids without a row, as the first id without one does here.
    ids = [int((index == 0).int().argmax()), *torch.nonzero(index).flatten().tolist()]
    order = [0, *index[index != 0].tolist()]
    clip = CLIP(ids, config)
    image = load_file(os.path.join(folder, 'mini-clip.safetensors'))
    state = {}
    for name, value in clip.state_dict().items():
        if name.endswith('token_embedding.weight'):
            state[name] = table.view(-1, config['hidden'])[torch.tensor(order)]
        elif name.startswith('text_model.'):
            state[name] = stored[TOWER + name].view_as(value)
        elif name in image:
            state[name] = image[name].float().view_as(value)
    clip.load_state_dict(state, strict=False)
    channels = stored[PREFIX + 'input_blocks.0.0.bias'].shape[0]
    unet = UNet(channels=channels, context_dim=config['hidden'], layout='sdxs')
    load_stored(unet, stored)
    tae = TAE()
    tae.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, 'mini-tae.safetensors')).items()})
    return {'model': clip.state_dict(), 'token_ids': ids, 'config': config}, unet.eval(), tae.eval()


def metadata(folder):
    with safe_open(os.path.join(folder, 'mini.safetensors'), 'pt') as file:
        return file.metadata()
