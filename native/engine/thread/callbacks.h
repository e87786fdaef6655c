#pragma once

#include "stable-diffusion.h"

namespace ai_artist {

// The engine's log, progress, phase and abort callbacks are process-global: this installs them once and routes them to the running job.
void install_callbacks();

// Lines below this level do not reach a job's listener (errors and warnings are still kept for error reports).
// SD_LOG_ERROR + 1 silences everything.
void set_log_level(int level);
int log_level();

// Turns previews on for the running job until the guard goes out of scope. The engine reads the setting when sampling starts.
class PreviewGuard {
public:
    PreviewGuard(preview_t mode, int interval, bool denoised, bool noisy);
    ~PreviewGuard();
    PreviewGuard(const PreviewGuard&) = delete;
    PreviewGuard& operator=(const PreviewGuard&) = delete;
};

}  // namespace ai_artist
