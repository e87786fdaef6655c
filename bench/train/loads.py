"""The other side of bench/train/loads.ts.

    python loads.py FOLDER KOHYA FAMILY...      # KOHYA: a checkout of sd-scripts, or ''
"""
import contextlib
import inspect
import io
import logging
import sys
import types

import diffusers
import torch
import transformers
from diffusers.loaders import lora_conversion_utils, lora_pipeline
from diffusers.loaders import peft as diffusers_peft
from diffusers.loaders import single_file_utils as single
from diffusers.models.transformers import transformer_z_image
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

ROOT = 'model.diffusion_model.'
WORDS = [49406, 320, 3240, 49407]  # CLIP's "a fox" with start and end tokens; a tiny table maps ids to its rows by remainder
ROWS = 300
warnings = []
unhandled = {'unexpected': [], 'missing': []}


def listen(incompatible, adapter):
    """Collects unexpected and missing keys instead of warning as diffusers does."""
    unhandled['unexpected'] += list(getattr(incompatible, 'unexpected_keys', None) or [])
    unhandled['missing'] += [key for key in getattr(incompatible, 'missing_keys', None) or [] if '.lora_' in key and adapter in key]


diffusers_peft._maybe_warn_for_unhandled_keys = listen


class Listener(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())


def unet_config(family):
    common = dict(sample_size=16, in_channels=4, out_channels=4, layers_per_block=2)
    if family == 'sdxl':
        return dict(common, cross_attention_dim=1344, attention_head_dim=(1, 1, 2), block_out_channels=(32, 64, 128), use_linear_projection=True,
                    transformer_layers_per_block=(1, 2, 10), addition_embed_type='text_time', addition_time_embed_dim=256,
                    projection_class_embeddings_input_dim=2816, down_block_types=('DownBlock2D',) + ('CrossAttnDownBlock2D',) * 2,
                    up_block_types=('CrossAttnUpBlock2D',) * 2 + ('UpBlock2D',))
    sd2 = family == 'sd2'
    width = 64 if sd2 else 32
    return dict(common, cross_attention_dim=1024 if sd2 else 64, attention_head_dim=(1, 2, 4, 4) if sd2 else 8, use_linear_projection=sd2,
                block_out_channels=(width, 2 * width, 4 * width, 4 * width), down_block_types=('CrossAttnDownBlock2D',) * 3 + ('DownBlock2D',),
                up_block_types=('UpBlock2D',) + ('CrossAttnUpBlock2D',) * 3)


def text_encoder(width, inner, layers, kind=CLIPTextModel):
    sizes = dict(hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=width // 64, projection_dim=width)
    act = 'quick_gelu' if width == 64 else 'gelu'
    return kind(CLIPTextConfig(vocab_size=ROWS, bos_token_id=WORDS[0] % ROWS, eos_token_id=WORDS[3] % ROWS, pad_token_id=1, hidden_act=act, **sizes)).eval()


def load_texts(family, pipe, checkpoint):
    """The checkpoint's text encoders. diffusers omits the last layer of SD2's, because its output is not used."""
    prefixes = dict(sd1=('cond_stage_model.transformer.', None), sd2=(None, 'cond_stage_model.model.'),
                    sdxl=('conditioner.embedders.0.transformer.', 'conditioner.embedders.1.model.'))
    clip, open_clip = prefixes[family]
    loads = []
    if clip:
        loads.append((pipe.text_encoder, {name[len(clip):]: tensor for name, tensor in checkpoint.items() if name.startswith(clip)}))
    if open_clip:
        model = pipe.text_encoder_2 if clip else pipe.text_encoder
        loads.append((model, single.convert_open_clip_checkpoint(model, checkpoint, prefix=open_clip)))
    for model, weights in loads:
        outer = model if hasattr(model, 'text_model') else as_before(model)
        missing, _ = outer.load_state_dict(weights, strict=False)
        assert not [name for name in missing if 'position_ids' not in name], missing[:5]


def conditions(family, pipe, check):
    """Context and vector of the caption, as in the family's pipeline in diffusers."""
    def ids(pad):
        return torch.tensor([[word % ROWS for word in WORDS] + [pad % ROWS] * (77 - len(WORDS))])
    with torch.no_grad():
        if family == 'sd1':
            return pipe.text_encoder(ids(WORDS[3])).last_hidden_state, None
        if family == 'sd2':
            return pipe.text_encoder(ids(0)).last_hidden_state, None
        first = pipe.text_encoder(ids(WORDS[3]), output_hidden_states=True)
        second = pipe.text_encoder_2(ids(0), output_hidden_states=True)
        vector = torch.cat([second.text_embeds, check['textVector'][:, 1280:]], 1)
        return torch.cat([first.hidden_states[-2], second.hidden_states[-2]], 2), vector


def run_caption(family, model, pipe, check):
    context, vector = conditions(family, pipe, check)
    return run(family, model, dict(check, context=context, **({} if vector is None else {'vector': vector})))


def with_width(module, name, width):
    """Replaces diffusers' converter for Flux, which supports only the width 3072."""
    source = inspect.getsource(getattr(module, name))
    scope = dict(vars(module))
    exec(source.replace('3072', str(width)).replace('12288', str(4 * width)), scope)
    return scope[name]


def network(family, checkpoint):
    """The family's network in diffusers, with the checkpoint's weights."""
    if family in ('sd1', 'sd2', 'sdxl'):
        config = unet_config(family)
        model = diffusers.UNet2DConditionModel(**config)
        weights = single.convert_ldm_unet_checkpoint(checkpoint, dict(model.config))
    elif family == 'sd3':
        model = diffusers.SD3Transformer2DModel(
            sample_size=16, in_channels=16, num_layers=24, attention_head_dim=4, num_attention_heads=24, joint_attention_dim=4096,
            caption_projection_dim=96, pooled_projection_dim=2048, out_channels=16, pos_embed_max_size=16)
        weights = single.convert_sd3_transformer_checkpoint_to_diffusers(checkpoint)
    elif family == 'flux':
        model = diffusers.FluxTransformer2DModel(
            in_channels=64, num_layers=2, num_single_layers=2, attention_head_dim=128, num_attention_heads=2, joint_attention_dim=4096,
            pooled_projection_dim=768, guidance_embeds=True)
        weights = with_width(single, 'convert_flux_transformer_checkpoint_to_diffusers', 256)(checkpoint)
        lora_pipeline._convert_kohya_flux_lora_to_diffusers = with_width(lora_conversion_utils, '_convert_kohya_flux_lora_to_diffusers', 256)
    else:
        model = diffusers.ZImageTransformer2DModel(dim=384, n_layers=2, n_refiner_layers=1, n_heads=3, n_kv_heads=3, cap_feat_dim=64)
        model.t_embedder = transformer_z_image.TimestepEmbedder(256, mid_size=384)
        weights = single.convert_z_image_transformer_checkpoint_to_diffusers(checkpoint)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and not [name for name in missing if 'pos_embed' not in name], (missing[:5], unexpected[:5])
    return model.eval()


def pipeline(family, model):
    if family in ('sd1', 'sd2'):
        text = text_encoder(64, 128, 2) if family == 'sd1' else text_encoder(1024, 256, 1)
        return diffusers.StableDiffusionPipeline(None, text, None, model, None, None, None, requires_safety_checker=False)
    if family == 'sdxl':
        second = text_encoder(1280, 256, 2, CLIPTextModelWithProjection)
        return diffusers.StableDiffusionXLPipeline(None, text_encoder(64, 128, 2), second, None, None, model, None, add_watermarker=False)
    if family == 'sd3':
        return diffusers.StableDiffusion3Pipeline(model, None, None, None, None, None, None, None, None)
    if family == 'flux':
        return diffusers.FluxPipeline(None, None, None, None, None, None, model)
    return diffusers.ZImagePipeline(None, None, None, None, model)


def run(family, model, check):
    """The network's output for the same inputs as ours."""
    x, context, time = check['x'], check['context'], check['timestep']
    _, channels, height, width = x.shape
    with torch.no_grad():
        if family in ('sd1', 'sd2'):
            return model(x, time, context).sample
        if family == 'sdxl':
            pooled, sizes = check['vector'].split((1280, 1536), dim=1)
            model.add_time_proj.forward = lambda _: sizes.reshape(6, 256)  # in ours the sizes are already embedded
            return model(x, time, context, added_cond_kwargs=dict(text_embeds=pooled, time_ids=torch.zeros(1, 6))).sample
        if family == 'sd3':
            return model(x, context, check['vector'], time * 1000).sample
        if family == 'flux':
            pack = diffusers.FluxPipeline._pack_latents
            ids = diffusers.FluxPipeline._prepare_latent_image_ids(1, height // 2, width // 2, 'cpu', torch.float32)
            out = model(pack(x, 1, channels, height, width), context, check['vector'], time, ids, torch.zeros(context.shape[1], 3), torch.ones(1)).sample
            return out.reshape(1, height // 2, width // 2, channels, 2, 2).permute(0, 3, 1, 4, 2, 5).reshape(x.shape)
        return -model([x[0].unsqueeze(1)], 1 - time, [context[0]]).sample[0].squeeze(1).unsqueeze(0)


def file_change(lora):
    """Sum of squares of all changes in the file, and the number of layers in diffusers, which has no fused matrices."""
    total, modules = 0.0, 0
    for name, down in lora.items():
        for end, other in (('.lora_down.weight', '.lora_up.weight'), ('.lora_A.weight', '.lora_B.weight')):
            if name.endswith(end):
                base = name[: -len(end)]
                scale = float(lora[base + '.alpha']) / down.shape[0] if base + '.alpha' in lora else 1.0
                total += (scale * lora[base + other].flatten(1).double() @ down.flatten(1).double()).square().sum().item()
                modules += 3 if base.endswith('_attn_qkv') else 4 if base.endswith('_linear1') else 1
    return total, modules


def loaded_change(models):
    total, modules = 0.0, 0
    for model in models:
        for module in model.modules():
            if hasattr(module, 'lora_A') and len(module.lora_A) > 0:
                key = next(iter(module.lora_A))
                change = module.lora_B[key].weight.flatten(1).double() @ module.lora_A[key].weight.flatten(1).double()
                total += (module.scaling[key] * change).square().sum().item()
                modules += 1
    return total, modules


def compared(before, after, plain, adapted):
    """Compares our output with and without the LoRA to theirs: text, and whether they agree."""
    ours, theirs = (after - before).flatten().double(), (adapted - plain).flatten().double()
    cosine = torch.nn.functional.cosine_similarity(ours, theirs, 0).item()
    apart, effect = ((a - b).norm().item() / plain.norm().item() for a, b in ((plain, before), (adapted, plain)))
    return f'apart {apart:.1e} without it, effect {effect:.1e}, cosine with ours {cosine:.6f}', cosine > 0.999


def in_diffusers(folder, family):
    lora = load_file(f'{folder}/{family}.lora.safetensors')
    checkpoint = load_file(f'{folder}/{family}.safetensors')
    root = '' if family in ('sd1', 'sd2', 'sdxl') else ROOT
    base = {name[len(root):]: tensor for name, tensor in checkpoint.items() if name.startswith(ROOT)}
    check = load_file(f'{folder}/{family}.check.safetensors')
    model = network(family, base)
    pipe = pipeline(family, model)
    plain = run(family, model, check)
    if 'textBefore' in check:
        load_texts(family, pipe, checkpoint)
        plain_caption = run_caption(family, model, pipe, check)
    warnings.clear()
    for keys in unhandled.values():
        keys.clear()
    pipe.load_lora_weights(f'{folder}/{family}.lora.safetensors')
    told = [text for text in warnings if 'key' in text.lower() and 'NoneType' not in text]
    wanted, wanted_layers = file_change(lora)
    parts = [part for part in (model, getattr(pipe, 'text_encoder', None), getattr(pipe, 'text_encoder_2', None)) if part is not None]
    got, layers = loaded_change(parts)
    unexpected, missing = len(unhandled['unexpected']), len(unhandled['missing'])
    print(f"{family}: diffusers: {len(lora)} keys, {layers} of {wanted_layers} layers, {unexpected} unexpected, {missing} missing, "
          f"change {got / wanted:.6f} of the file's" + ''.join(f'\n    {text[:300]}' for text in told + unhandled['unexpected'][:5] + unhandled['missing'][:5]))
    words, good = compared(check['before'], check['after'], plain, run(family, model, check))
    print(f'    network {words}')
    if 'textBefore' in check:
        model.disable_lora()
        words, alike = compared(check['textBefore'], check['textAfter'], plain_caption, run_caption(family, model, pipe, check))
        print(f'    text encoders: {words}')
        good = good and alike
    return good and not told and unexpected == missing == 0 and layers == wanted_layers and abs(got / wanted - 1) < 1e-4


def as_before(text):
    """transformers 5 has no level text_model in CLIPTextModel, but sd-scripts was written for version 4."""
    if hasattr(text, 'text_model'):
        return text
    outer = torch.nn.Module()
    outer.text_model = text
    return outer


def kohya_network(family, path):
    """sd-scripts' network of a file, and whether its model is as small as ours: two classes have a fixed size, so only their names are checked."""
    if family in ('sd1', 'sd2', 'sdxl'):
        from networks.lora import create_network_from_weights
        text = [text_encoder(1024, 256, 2)] if family == 'sd2' else [text_encoder(64, 128, 2)]
        if family == 'sdxl':
            from library.sdxl_original_unet import SdxlUNet2DConditionModel
            with torch.device('meta'):
                model = SdxlUNet2DConditionModel()
            text.append(text_encoder(1280, 256, 2, CLIPTextModelWithProjection))
        else:
            model = diffusers.UNet2DConditionModel(**unet_config(family))
        text = [as_before(part) for part in text]
        text = text if family == 'sdxl' else text[0]
    elif family == 'sd3':
        from library import sd3_models
        from networks.lora_sd3 import create_network_from_weights
        with torch.device('meta'):
            model, text = sd3_models.create_sd3_mmdit(sd3_models.SD3Params(2, 24, 36864, 192, 2048, None, [], 4096, 1536, 'sd3m')), []
    else:
        from library import flux_models
        from networks.lora_flux import create_network_from_weights
        sizes = flux_models.FluxParams(64, 768, 4096, 256, 4.0, 2, 2, 2, [16, 56, 56], 10_000, True, True)
        model, text = flux_models.Flux(sizes), []
    made, _ = create_network_from_weights(1.0, path, None, text, model)
    made.apply_to(text, model, bool(text), True)
    return made, family not in ('sdxl', 'sd3')


def in_kohya(folder, family):
    path = f"{folder}/{family}.lora{'-sd-scripts' if family == 'sd3' else ''}.safetensors"
    lora = load_file(path)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        made, sized = kohya_network(family, path)
    theirs = made.state_dict()
    shapes = sum(sized and lora[name].shape != theirs[name].shape for name in set(lora) & set(theirs))
    unexpected, missing = len(set(lora) - set(theirs)), len(set(theirs) - set(lora))
    if sized and unexpected == missing == shapes == 0:
        made.load_state_dict(lora, strict=True)
    print(f"{family}: sd-scripts: {len(lora)} keys, {len(lora) - unexpected} loaded, {unexpected} unexpected, {missing} missing, "
          + (f'{shapes} of another shape' if sized else 'by name: its network has one size'))
    for name in sorted(set(lora) ^ set(theirs))[:6]:
        print(f"    {'unexpected' if name in lora else 'missing'}: {name}")
    return unexpected == missing == shapes == 0


def main():
    diffusers.utils.logging.disable_default_handler()
    transformers.utils.logging.disable_progress_bar()
    folder, kohya, families = sys.argv[1], sys.argv[2], sys.argv[3:]
    for name in ('diffusers', 'peft'):
        logging.getLogger(name).addHandler(Listener())
    results = [in_diffusers(folder, family) for family in families]
    if kohya:
        sys.path.insert(0, kohya)
        sys.modules.setdefault('cv2', types.ModuleType('cv2'))  # no pictures are read here
        results += [in_kohya(folder, family) for family in families if family != 'z-image']
    sys.exit(0 if all(results) else 1)


if __name__ == '__main__':
    main()
