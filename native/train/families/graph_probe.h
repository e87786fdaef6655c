#pragma once
// Includes the engine's core/ggml_extend.hpp: only for the files that wrap its runners.

#include <algorithm>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "core/ggml_extend.hpp"
#include "train/graph/forward_graph.h"

namespace ai_artist {

// One of the engine's runners, with its graph builder made accessible: GGMLRunner protects it.
template <class Runner>
class GraphProbe final : public Runner {
public:
    using Runner::Runner;

    // Builds the graph of `body`. Leaves that are filled from one of `owned` become inputs, all others constants.
    ForwardGraph build(const std::function<ggml_cgraph*()>& body, const std::vector<const void*>& owned) {
        // The runner reserves 140 MB of addresses for any graph. The first pass measures the need, the second reserves only that.
        this->reset_compute_ctx();
        this->get_compute_graph(body);
        const size_t needed = ggml_used_mem(this->compute_ctx) + slack_bytes;
        this->free_compute_ctx();
        this->compute_ctx = ggml_init({needed, nullptr, true});
        if (this->compute_ctx == nullptr) {
            throw std::bad_alloc();
        }
        ForwardGraph forward;
        forward.graph = this->get_compute_graph(body);
        forward.context.reset(std::exchange(this->compute_ctx, nullptr));
        forward.output = ggml_get_tensor(forward.context.get(), this->final_result_name.c_str());
        for (const auto& [tensor, data] : this->backend_tensor_data_map) {
            if (std::find(owned.begin(), owned.end(), data) != owned.end()) {
                forward.inputs.emplace_back(tensor, data);
                continue;
            }
            std::vector<uint8_t> bytes(ggml_nbytes(tensor));
            std::memcpy(bytes.data(), data, bytes.size());
            forward.constants.push_back({tensor, std::move(bytes)});
        }
        this->backend_tensor_data_map.clear();
        if (forward.output == nullptr) {
            throw std::runtime_error(this->get_desc() + ": the engine built no graph");
        }
        return forward;
    }

private:
    static constexpr size_t slack_bytes = 64 * 1024;
};

}  // namespace ai_artist
