#pragma once

#include <string>

#include "train/network/network.h"

namespace ai_artist {

// The layers that a request selects.
class Targets {
public:
    // Throws EngineError ERR_INVALID_ARGUMENT for an unknown set or a pattern that is no regular expression.
    Targets(const NetworkRequest& request, SDVersion version);

    // `file` is the layer's name in a LoRA file. Patterns may match it or the engine's name.
    bool has(const AdaptableLayer& layer, const std::string& file) const;

private:
    bool in_set(const AdaptableLayer& layer) const;

    const NetworkRequest& request_;
    const SDVersion version_;
};

// Whether all of `text` matches: * stands for any characters, ? for one. /…/ is an ECMAScript regular expression that may match anywhere.
bool matches(const std::string& pattern, const std::string& text);

}  // namespace ai_artist
