#include "kernels/product/amx_product.h"

#include "kernels/product/amx_pack.h"

#ifdef AI_ARTIST_AMX

namespace product {
namespace {

// Values of k whose panel of B, 40 KB, stays in L1; of two parts half as many.
constexpr int depth(int parts) { return parts == 1 ? 640 : 320; }
constexpr size_t block_bytes = size_t(640) / tile_depth * 2 * tile_bytes;

int blocks(const Product& p) { return conv::ceil_div(p.m, block_lines); }
size_t a_bytes(const Product& p, int parts) { return block_bytes * blocks(p) * Depths(p.k, depth(parts)).count; }

// Up to 32 by 32 values of C.
struct Corner {
    float* c;
    ptrdiff_t step;
    int lines, columns;

    bool whole() const { return lines >= block_lines && columns >= block_lines; }
};

// The four tiles of C from or to [4][16][16].
void copy_in(const Corner& at, float* tiles) {
    for (int q = 0; q < 4; q++) {
        for (int i = 0; i < std::min(16, at.lines - q / 2 * 16); i++) {
            const float* const from = at.c + (q / 2 * 16 + i) * at.step + q % 2 * 16;
            _mm512_store_ps(tiles + q * 256 + i * 16, _mm512_maskz_loadu_ps(amx::first(at.columns - q % 2 * 16), from));
        }
    }
}
void copy_out(const Corner& at, const float* tiles) {
    for (int q = 0; q < 4; q++) {
        for (int i = 0; i < std::min(16, at.lines - q / 2 * 16); i++) {
            float* const to = at.c + (q / 2 * 16 + i) * at.step + q % 2 * 16;
            _mm512_mask_storeu_ps(to, amx::first(at.columns - q % 2 * 16), _mm512_load_ps(tiles + q * 256 + i * 16));
        }
    }
}

// Adds 16 or 32 lines of A by 32 of B; leaves those of A in tiles 4 and 5.
inline void add_product(const char* a, const char* b, bool two) {
    _tile_loadd(4, a, 64);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b + tile_bytes, 64);
    _tile_dpbf16ps(1, 4, 7);
    if (two) {
        _tile_loadd(5, a + tile_bytes, 64);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
}

template <int PARTS>
void multiply(const char* a, const char* b, int steps, bool two) {
    constexpr int part = 2 * tile_bytes, step = part * PARTS;
    for (int s = 0; s < steps; s++, a += step, b += step) {
        add_product(a, b, two);
        if (PARTS == 1) continue;
        // The rest of B by A, then B by the rest of A.
        _tile_loadd(6, b + part, 64);
        _tile_dpbf16ps(0, 4, 6);
        if (two) _tile_dpbf16ps(2, 5, 6);
        _tile_loadd(7, b + part + tile_bytes, 64);
        _tile_dpbf16ps(1, 4, 7);
        if (two) _tile_dpbf16ps(3, 5, 7);
        add_product(a + part, b, two);
    }
}

void block(const char* a, const char* b, int steps, int parts, const Corner& at, bool add) {
    alignas(64) float tiles[4 * 256];
    const bool whole = at.whole();
    const long step = whole ? static_cast<long>(at.step) * 4 : 64;
    float* const c[4] = {whole ? at.c : tiles, whole ? at.c + 16 : tiles + 256, whole ? at.c + 16 * at.step : tiles + 512,
                         whole ? at.c + 16 * at.step + 16 : tiles + 768};
    if (add) {
        if (!whole) copy_in(at, tiles);
        _tile_loadd(0, c[0], step);
        _tile_loadd(1, c[1], step);
        _tile_loadd(2, c[2], step);
        _tile_loadd(3, c[3], step);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    (parts == 1 ? multiply<1> : multiply<2>)(a, b, steps, at.lines > tile_lines);
    _tile_stored(0, c[0], step);
    _tile_stored(1, c[1], step);
    _tile_stored(2, c[2], step);
    _tile_stored(3, c[3], step);
    if (!whole) copy_out(at, tiles);
}

// Rows i0 to i1 - 1 of 32 columns from j0 on.
void compute(const Product& p, int parts, int i0, int i1, int j0, const char* a, char* panel) {
    const Depths depths(p.k, depth(parts));
    for (int part = 0; part < depths.count; part++) {
        const int k0 = depths.begin(part), k1 = depths.end(part);
        pack_lines(p.b, j0, p.n, k0, k1, true, parts, panel);
        for (int i = i0; i < i1; i += block_lines) {
            const char* const left = a + (static_cast<size_t>(part) * blocks(p) + i / block_lines) * block_bytes;
            const Corner at = {p.c + i * p.c_step + j0, p.c_step, i1 - i, p.n - j0};
            block(left, panel, conv::ceil_div(k1 - k0, tile_depth), parts, at, part > 0);
        }
    }
}

}  // namespace

bool amx_available() { return amx::permitted(); }

size_t amx_work_size(const Batch& batch, int parts, int threads) {
    return a_bytes(batch.first, parts) * batch.count + block_bytes * threads;
}

void amx_product(const Batch& batch, int parts, char* work, const conv::Thread& thread) {
    const size_t bytes = a_bytes(batch.first, parts);
    char* const panel = work + bytes * batch.count + block_bytes * thread.index;
    const Depths depths(batch.first.k, depth(parts));
    const int down = blocks(batch.first);
    const amx::Tiles tiles;
    multiply(
        batch, down * depths.count, block_lines, thread,
        [&](const Product& p, int number, int at) {
            const int part = at / down;
            pack_lines(p.a, at % down * block_lines, p.m, depths.begin(part), depths.end(part), false, parts,
                       work + number * bytes + at * block_bytes);
        },
        [&](const Product& p, int number, int i0, int i1, int j0) { compute(p, parts, i0, i1, j0, work + number * bytes, panel); });
}

}  // namespace product

#else

namespace product {

bool amx_available() { return false; }
size_t amx_work_size(const Batch&, int, int) { return 0; }
void amx_product(const Batch&, int, char*, const conv::Thread&) {}

}  // namespace product

#endif
