#pragma once

#include "stable-diffusion.h"

namespace ai_artist {

// The engine's log, progress, phase and abort callbacks are process-global: they are installed once and routed to the running job.
void install_callbacks();

// Lines below this level are dropped before they reach any job's listener (errors and warnings are still kept for error reports).
// SD_LOG_ERROR + 1 silences everything.
void set_log_level(int level);
int log_level();

// Previews for the job on the engine thread, until the guard goes out of scope. The engine reads the setting when sampling starts.
class PreviewGuard {
public:
    PreviewGuard(preview_t mode, int interval, bool denoised, bool noisy);
    ~PreviewGuard();
    PreviewGuard(const PreviewGuard&) = delete;
    PreviewGuard& operator=(const PreviewGuard&) = delete;
};

}  // namespace ai_artist
