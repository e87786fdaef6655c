"""Calls a running server with the unmodified PyPI client `webuiapi` and prints PASS or FAIL for each call.

Usage: call_webuiapi.py PORT TOKEN FOLDER. FOLDER holds what `ai-artist generate` painted: txt2img.png, hires.png, img2img.png, and start.png.
"""

import sys
from pathlib import Path

import webuiapi
from PIL import Image

port, token, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
failures = 0


def check(name, call):
    """Runs a call that returns what to print, or raises AssertionError."""
    global failures
    try:
        print(f"PASS {name}: {call()}")
    except Exception as error:
        failures += 1
        print(f"FAIL {name}: {type(error).__name__}: {str(error)[:300]}")


def same(image, file):
    expected = Image.open(folder / file).convert("RGB")
    assert image.size == expected.size, f"{image.size} instead of {expected.size}"
    assert image.convert("RGB").tobytes() == expected.tobytes(), f"other pixels than {file}"
    return f"{image.size[0]}x{image.size[1]}, the pixels of generate"


api = webuiapi.WebUIApi(host="127.0.0.1", port=port, username="anyone", password=token, sampler="Euler", steps=4)
painting = {"prompt": "flat vector art of a fox", "seed": 7, "width": 128, "height": 128, "cfg_scale": 5}
start = Image.open(folder / "start.png")
painted = {}


def txt2img():
    painted["result"] = api.txt2img(**painting)
    return same(painted["result"].image, "txt2img.png")


def info():
    found = painted["result"].info
    assert found["seed"] == 7 and found["steps"] == 4 and len(found["infotexts"]) == 1, found
    return found["infotexts"][0].split("\n")[-1][:80]


def batch():
    result = api.txt2img(**{**painting, "steps": 1}, batch_size=2)
    assert len(result.images) == 2 and result.info["all_seeds"] == [7, 8], result.info
    return "2 pictures"


def hires():
    arguments = {"enable_hr": True, "hr_scale": 2, "hr_upscaler": webuiapi.HiResUpscaler.Latent, "denoising_strength": 0.5}
    return same(api.txt2img(**painting, **arguments).image, "hires.png")


def img2img():
    return same(api.img2img(images=[start], denoising_strength=0.6, **painting).image, "img2img.png")


def inpaint():
    mask = Image.new("L", start.size, 0)
    mask.paste(255, (64, 64, 112, 112))
    image = api.img2img(images=[start], mask_image=mask, **painting).image.convert("RGB")
    assert image.size == start.size
    kept, given = image.crop((0, 0, 40, 128)), start.convert("RGB").crop((0, 0, 40, 128))
    assert kept.tobytes() == given.tobytes(), "the part outside the mask changed"
    assert image.tobytes() != start.convert("RGB").tobytes(), "nothing was painted"
    return "painted inside the mask, unchanged outside"


def extra_single():
    small = start.resize((16, 16))
    image = api.extra_single_image(image=small, upscaler_1="R-ESRGAN 4x+ Anime6B", upscaling_resize=4).image
    assert image.size == (64, 64), image.size
    return "64x64"


def extra_batch():
    images = api.extra_batch_images(images=[start, start], upscaler_1=webuiapi.Upscaler.Lanczos, upscaling_resize=1.5).images
    assert [image.size for image in images] == [(192, 192)] * 2
    return "2 pictures of 192x192"


def png_info():
    text = api.png_info(painted["result"].image).info
    assert text == painted["result"].info["infotexts"][0], text
    return "the infotext of txt2img"


def interrogate():
    try:
        api.interrogate(start)
    except RuntimeError as error:
        assert error.args[0] == 404, error
        return "refused with 404"
    raise AssertionError("an answer without a network that could give it")


def options():
    before = api.get_options()
    api.set_options({**before, "CLIP_stop_at_last_layers": 2})
    assert api.get_options()["CLIP_stop_at_last_layers"] == 2
    api.set_options(before)
    assert api.get_options() == before
    return before["sd_model_checkpoint"]


def progress():
    found = api.get_progress()
    assert found["progress"] == 0 and found["state"]["job_count"] == 0, found
    api.util_wait_for_ready(check_interval=0.1)
    return "idle"


def models():
    names = api.util_get_model_names()
    api.util_set_model(names[0])
    assert api.util_get_current_model() == names[0]
    return names[0]


def named(call, key="name"):
    return lambda: f"{len(call())} entries, first {call()[0][key]}" if call() else "none"


check("txt2img", txt2img)
check("txt2img info", info)
check("txt2img batch", batch)
check("txt2img hires", hires)
check("img2img", img2img)
check("img2img with mask", inpaint)
check("extra_single_image", extra_single)
check("extra_batch_images", extra_batch)
check("png_info", png_info)
check("interrogate", interrogate)
check("get_options, set_options", options)
check("get_progress, util_wait_for_ready", progress)
check("util_set_model", models)
check("interrupt, skip", lambda: [api.interrupt(), api.skip()])
check("get_samplers", named(api.get_samplers))
check("get_schedulers", named(api.get_schedulers))
check("get_upscalers", named(api.get_upscalers))
check("get_latent_upscale_modes", named(api.get_latent_upscale_modes))
check("get_sd_models", named(api.get_sd_models, "title"))
check("get_prompt_styles", named(api.get_prompt_styles))
check("get_realesrgan_models", named(api.get_realesrgan_models))
check("get_loras", named(api.get_loras))
check("get_hypernetworks", named(api.get_hypernetworks))
check("get_face_restorers", named(api.get_face_restorers))
check("get_sd_vae", named(api.get_sd_vae, "model_name"))
check("get_scripts", api.get_scripts)
check("get_embeddings", api.get_embeddings)
check("get_cmd_flags", api.get_cmd_flags)
check("get_memory", lambda: sorted(api.get_memory()))
check("refresh_checkpoints", api.refresh_checkpoints)
sys.exit(1 if failures else 0)
