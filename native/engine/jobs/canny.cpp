#include "engine/jobs/canny.h"

#include "engine/engine_error.h"

namespace ai_artist {

void CannyJob::run() {
    if (!preprocess_canny(image.view(), request_.high_threshold, request_.low_threshold, request_.weak, request_.strong,
                          request_.inverse)) {
        fail("ERR_GENERATE", "The engine could not find edges in the picture");
    }
}

}  // namespace ai_artist
