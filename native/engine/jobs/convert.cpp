#include "engine/jobs/convert.h"

#include <new>

#include "engine/engine_error.h"

namespace ai_artist {

void ConvertJob::run() {
    listener->on_progress({"convert", 0, 0, 0, 0, 1});
    bool done = false;
    try {
        done = convert(request_.input.c_str(), request_.vae.c_str(), request_.output.c_str(), request_.type,
                       request_.tensor_type_rules.c_str(), request_.convert_names);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        stop_if_cancelled();
        throw EngineError("ERR_CONVERT", std::string("The engine could not convert the model: ") + error.what());
    }
    stop_if_cancelled();
    if (!done) {
        fail("ERR_CONVERT", "The engine could not convert the model");
    }
}

}  // namespace ai_artist
