#include "binding/requests/read_train_items.h"

#include <cmath>

namespace ai_artist {
namespace {

Latent read_latent(const Arguments& in, const FamilyInfo& family) {
    Latent latent;
    const int64_t factor = family.latent_factor;
    latent.width = in.integer("width", 1, max_edge / factor);
    latent.height = in.integer("height", 1, max_edge / factor);
    for (const char* key : {"width", "height"}) {
        const int64_t edge = in.integer(key, 1, max_edge);
        if (edge * factor % family.size_multiple != 0) {
            in.fail(key, "a multiple of " + std::to_string(family.size_multiple / factor), std::to_string(edge));
        }
    }
    latent.channels = in.integer("channels", 1, 1 << 16);
    if (latent.channels != family.latent_channels) {
        in.fail("channels", std::to_string(family.latent_channels) + ", as this model has", std::to_string(latent.channels));
    }
    const auto count = static_cast<size_t>(latent.width * latent.height * latent.channels);
    latent.mean = in.float32s("mean", count);
    in.optional_float32s("deviation", latent.deviation, count);
    return latent;
}

void check_timestep(const Arguments& in, const char* key, double timestep, const FamilyInfo& family) {
    if (family.objective == Objective::flow) {
        if (!(timestep >= 0 && timestep <= 1)) {
            in.fail(key, "0..1 for a flow model", std::to_string(timestep));
        }
        return;
    }
    const auto last = static_cast<double>(family.alphas_cumprod.size()) - 1;
    if (!(timestep >= 0 && timestep <= last) || timestep != std::floor(timestep)) {
        in.fail(key, "integer 0.." + std::to_string(static_cast<int>(last)), std::to_string(timestep));
    }
}

TrainItem read_item(const Arguments& in, const FamilyInfo& family) {
    TrainItem item;
    item.latent = read_latent(Arguments(in.raw("latent"), "latent"), family);
    item.text = read_text(Arguments(in.raw("text"), "text"), family);
    item.id = read_word(in, "id");
    in.optional_float("weight", item.weight, 0, 1e6);
    in.optional_float32s("mask", item.mask, static_cast<size_t>(item.latent.width * item.latent.height));
    in.optional_float32s("noise", item.noise, item.latent.mean.size());
    if (in.has("timestep")) {
        item.timestep = in.number("timestep", 0, 1000);
        check_timestep(in, "timestep", item.timestep, family);
    }
    in.optional_floats("sizes", item.sizes, std::tuple_size<SizeCondition>::value);
    if (!item.sizes.empty() && (!family.size_conditions || item.sizes.size() != std::tuple_size<SizeCondition>::value)) {
        in.fail("sizes", family.size_conditions ? "six numbers" : "nothing: this model does not see sizes",
                std::to_string(item.sizes.size()) + " numbers");
    }
    return item;
}

}  // namespace

TextCondition read_text(const Arguments& in, const FamilyInfo& family) {
    TextCondition text;
    text.width = in.integer("width", 1, 1 << 20);
    if (text.width != family.context_width) {
        in.fail("width", std::to_string(family.context_width) + ", as this model has", std::to_string(text.width));
    }
    text.tokens = in.integer("tokens", 1, 1 << 16);
    text.context = in.float32s("context", static_cast<size_t>(text.width * text.tokens));
    if (family.vector_width > 0) {
        text.vector = in.float32s("vector", static_cast<size_t>(family.vector_width));
    }
    text.text = in.string("text", max_caption_bytes);
    return text;
}

uint32_t read_word(const Arguments& in, const char* key) {
    const int64_t value = in.safe_integer(key);
    if (value > UINT32_MAX) {
        in.fail(key, "integer 0.." + std::to_string(UINT32_MAX), std::to_string(value));
    }
    return static_cast<uint32_t>(value);
}

std::vector<double> read_timesteps(const Arguments& in, const FamilyInfo& family, size_t min_count, size_t max_count) {
    std::vector<double> timesteps;
    const Napi::Value list = in.raw("timesteps");
    const size_t count = list.IsArray() ? list.As<Napi::Array>().Length() : 0;
    if (count < min_count || count > max_count) {
        in.fail("timesteps", std::to_string(min_count) + (min_count == max_count ? "" : " to " + std::to_string(max_count)) + " numbers",
                list.IsArray() ? std::to_string(count) : "no array");
    }
    for (uint32_t i = 0; i < count; i++) {
        const Napi::Value entry = list.As<Napi::Array>().Get(i);
        const double timestep = entry.IsNumber() ? entry.As<Napi::Number>().DoubleValue() : std::nan("");
        check_timestep(in, "timesteps", timestep, family);
        timesteps.push_back(timestep);
    }
    return timesteps;
}

std::vector<TrainItem> read_batch(const Arguments& in, const FamilyInfo& family) {
    const size_t most = family.max_batch > 0 ? static_cast<size_t>(family.max_batch) : max_batch_items;
    std::vector<TrainItem> items;
    for (const Arguments& entry : in.objects("items", 1, most)) {
        items.push_back(read_item(entry, family));
        const TrainItem &item = items.back(), &first = items.front();
        if (item.latent.width != first.latent.width || item.latent.height != first.latent.height) {
            entry.fail("latent",
                       "the size of the batch's first, " + std::to_string(first.latent.width) + " x " + std::to_string(first.latent.height),
                       std::to_string(item.latent.width) + " x " + std::to_string(item.latent.height));
        }
        if (item.sizes.empty() != first.sizes.empty()) {
            entry.fail("sizes", "sizes for all items of a batch or for none", "both");
        }
    }
    return items;
}

}  // namespace ai_artist
