#include "train/autodiff/rules/rules.h"

namespace ai_artist {

ggml_tensor* sum_middle(Tape& tape, ggml_tensor* g, int64_t n0, int64_t n1, int64_t n2) {
    ggml_context* c = tape.context();
    g = ggml_reshape_3d(c, tape.contiguous(g), n0, n1, n2);
    if (n1 == 1) {
        return g;
    }
    if (n0 == 1) {
        return ggml_reshape_3d(c, ggml_sum_rows(c, ggml_reshape_2d(c, g, n1, n2)), 1, 1, n2);
    }
    g = ggml_cont(c, ggml_permute(c, g, 1, 0, 2, 3));  // [n1, n0, n2]
    return ggml_reshape_3d(c, ggml_sum_rows(c, g), n0, 1, n2);
}

ggml_tensor* reduce_repeated(Tape& tape, ggml_tensor* g, const ggml_tensor* like) {
    int64_t ne[GGML_MAX_DIMS];
    for (int i = 0; i < GGML_MAX_DIMS; i++) {
        ne[i] = g->ne[i];
    }
    const auto product = [&ne](int from, int to) {
        int64_t n = 1;
        for (int i = from; i < to; i++) {
            n *= ne[i];
        }
        return n;
    };
    for (int last = GGML_MAX_DIMS - 1; last >= 0; last--) {
        if (ne[last] == like->ne[last]) {
            continue;
        }
        int first = last;
        if (like->ne[last] == 1) {
            // Adjacent dimensions that are also summed join this sum.
            while (first > 0 && like->ne[first - 1] == 1) {
                first--;
            }
            g = sum_middle(tape, g, product(0, first), product(first, last + 1), product(last + 1, GGML_MAX_DIMS));
        } else {
            const int64_t repeats = ne[last] / like->ne[last];
            g = sum_middle(tape, g, product(0, last) * like->ne[last], repeats, product(last + 1, GGML_MAX_DIMS));
        }
        for (int i = first; i <= last; i++) {
            ne[i] = like->ne[i];
        }
        g = ggml_reshape_4d(tape.context(), g, ne[0], ne[1], ne[2], ne[3]);
        last = first;
    }
    return g;
}

}  // namespace ai_artist
