#pragma once

#include <string>

#include "train/network/network.h"

namespace ai_artist {

// Which layers a request asks for.
class Targets {
public:
    // Throws EngineError ERR_INVALID_ARGUMENT for an unknown set or a pattern that is no regular expression.
    Targets(const NetworkRequest& request, SDVersion version);

    // `file` is the layer's name in a LoRA file; patterns are tried on it and on the engine's name.
    bool has(const AdaptableLayer& layer, const std::string& file) const;

private:
    bool in_set(const AdaptableLayer& layer) const;

    const NetworkRequest& request_;
    const SDVersion version_;
};

// Whether the whole of `text` matches: * any characters, ? one; /…/ is an ECMAScript regular expression that may match anywhere.
bool matches(const std::string& pattern, const std::string& text);

}  // namespace ai_artist
