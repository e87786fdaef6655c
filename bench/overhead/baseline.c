/* The engine's C API and nothing else: what bench/overhead/overhead.ts compares our generate() with.
 * usage: baseline VOCABULARY_DIR MODEL TAE THREADS SIZE SAMPLER SCHEDULER STEPS CFG PROMPT      (TAE may be "")
 * Loads, prints "ready"; then for each line "SEED FILE" on stdin paints, writes the raw pixels to FILE and prints the milliseconds: wall clock, CPU. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stable-diffusion.h"

void use_vocabulary(const char* dir); /* vocabulary.cpp: the tokenizer tables are files in our build of the engine */

static void quiet(int step, int steps, float seconds, void* data) { (void)step, (void)steps, (void)seconds, (void)data; }

static double milliseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int argc, char** argv) {
    if (argc != 11) return 2;
    use_vocabulary(argv[1]);
    sd_set_progress_callback(quiet, NULL); /* without one the engine draws a bar on stdout */

    sd_ctx_params_t model;
    sd_ctx_params_init(&model);
    model.model_path = argv[2];
    model.taesd_path = argv[3];
    model.n_threads = atoi(argv[4]);
    sd_ctx_t* context = new_sd_ctx(&model);
    if (!context || !sd_ctx_load_weights(context)) return 1;

    sd_img_gen_params_t request;
    sd_img_gen_params_init(&request);
    request.width = request.height = atoi(argv[5]);
    request.sample_params.sample_method = str_to_sample_method(argv[6]);
    request.sample_params.scheduler = str_to_scheduler(argv[7]);
    request.sample_params.sample_steps = atoi(argv[8]);
    request.sample_params.guidance.txt_cfg = (float)atof(argv[9]);
    request.prompt = argv[10];
    request.negative_prompt = "";
    printf("ready\n");
    fflush(stdout);

    long long seed;
    char file[4096];
    while (scanf("%lld %4095[^\n]", &seed, file) == 2) {
        request.seed = seed;
        double wall = milliseconds(CLOCK_MONOTONIC), cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
        sd_image_t* image = generate_image(context, &request);
        wall = milliseconds(CLOCK_MONOTONIC) - wall, cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        FILE* out = image ? fopen(file, "wb") : NULL;
        if (!out || fwrite(image->data, image->channel, (size_t)image->width * image->height, out) == 0 || fclose(out) != 0) return 1;
        free_sd_images(image, 1);
        printf("%.3f %.3f\n", wall, cpu);
        fflush(stdout);
    }
    free_sd_ctx(context);
    return 0;
}
