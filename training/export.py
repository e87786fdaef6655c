"""Writes the files that scripts/bundle-model.mjs turns into models/.

    python export.py --work work --out out

mini.safetensors (UNet and text tower, F16; token table as F8_E4M3, in which its values are exact), mini-tae.safetensors, mini-clip.safetensors
(image tower and projections) and mini-clip-config.json. vocabulary.py writes vocab.json beside them, esrgan.py the upscaler.
"""

import argparse
import os

import torch
from safetensors.torch import save_file

from mini.state import load, write_json


def text_tower(state, prefix):
    """The text model with its table expanded to the whole vocabulary: rows that no caption uses are zero."""
    out = {}
    for name, value in state['model'].items():
        if not name.startswith('text_model.'):
            continue
        if name.endswith('token_embedding.weight'):
            full = torch.zeros(state['config']['vocab'], value.shape[1])
            full[torch.tensor(state['token_ids'])] = value
            out[prefix + name] = full.to(torch.float8_e4m3fn)
        else:
            out[prefix + name] = value.half().contiguous()
    return out


def clip_config(config):
    def tower(width, **more):
        same = {'hidden_act': 'quick_gelu', 'layer_norm_eps': 1e-5, 'projection_dim': config['projection']}
        return {'hidden_size': width, 'intermediate_size': 4 * width, 'num_attention_heads': width // 64, **same, **more}

    text = tower(
        config['hidden'],
        model_type='clip_text_model',
        num_hidden_layers=config['text_layers'],
        max_position_embeddings=config['length'],
        vocab_size=config['vocab'],
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=49407,
    )
    # A ResNet as open_clip describes one, in the place where Hugging Face has its ViT; the number of heads is that of the attention pool.
    vision = {
        'model_type': 'clip_vision_model',
        'layers': config['resnet_layers'],
        'width': config['resnet_width'],
        'num_attention_heads': config['resnet_width'] // 2,
        'image_size': config['image_size'],
        'projection_dim': config['projection'],
    }
    edge = config['image_size']
    ready = {'resize': [edge, edge], 'resample': 'area', 'rescale': 1 / 255, 'mean': [0.5] * 3, 'std': [0.5] * 3}
    return {
        'architectures': ['CLIPModel'],
        'model_type': 'clip',
        'projection_dim': config['projection'],
        'text_config': text,
        'vision_config': vision,
        'preprocessing': ready,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', default='work')
    parser.add_argument('--out', default='out')
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    text, clip, unet, tae = (load(os.path.join(args.work, name)) for name in ('text.pt', 'clip.pt', 'unet-0.pt', 'tae.pt'))
    if text['token_ids'] != clip['token_ids']:
        raise SystemExit('clip.pt: its text tower is not that of text.pt. Run clip_image.py again')
    about = {'format': 'pt', 'step': str(unet['step']), 'samples': str(unet['seen'])}
    painter = {'model.diffusion_model.' + name: value.half().contiguous() for name, value in unet['average'].items()}
    save_file(painter | text_tower(text, 'cond_stage_model.transformer.'), os.path.join(args.out, 'mini.safetensors'), about)
    codes = {name: value.half().contiguous() for name, value in tae['model'].items()}
    save_file(codes, os.path.join(args.out, 'mini-tae.safetensors'), {'format': 'pt'})
    image = {k: v.half().contiguous() for k, v in clip['model'].items() if not k.startswith('text_model.') and v.is_floating_point()}
    image['logit_scale'] = clip['model']['logit_scale'].float().reshape(())
    save_file(image, os.path.join(args.out, 'mini-clip.safetensors'), {'format': 'pt'})
    write_json(os.path.join(args.out, 'mini-clip-config.json'), clip_config(clip['config']), indent=1)
    for name in sorted(os.listdir(args.out)):
        print(name, round(os.path.getsize(os.path.join(args.out, name)) / 1e6, 1), 'MB')


if __name__ == '__main__':
    main()
