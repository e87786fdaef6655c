#pragma once

#include <string>

#include "engine/thread/job.h"

namespace ai_artist {

struct ProductsRequest {
    std::string backend;
    int threads = 1;
    int size = 1024;               // rows and columns of both matrices, a multiple of 32
    sd_type_t type = SD_TYPE_F32;  // of the first matrix, as of weights; the second is F32
    double seconds = 0.2;          // spent at least, after one run that warms up
};

// Matrix products as fast as a device computes them: what the rate of a model is compared with.
class ProductsJob final : public Job {
public:
    explicit ProductsJob(ProductsRequest request) : request_(std::move(request)) {}
    void run() override;

    // Results.
    double operations = 0;    // of one run, see operations.h
    double best_seconds = 0;  // of the fastest run
    std::string device;

private:
    const ProductsRequest request_;
};

}  // namespace ai_artist
