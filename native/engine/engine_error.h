#pragma once

#include <stdexcept>
#include <string>

namespace ai_artist {

// A failure with one of the codes of lib/core/errors.ts.
class EngineError : public std::runtime_error {
public:
    EngineError(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
    const std::string& code() const { return code_; }

private:
    std::string code_;
};

// The job's cancel flag was set; the promise rejects with ERR_ABORTED once native work has ended.
class Aborted : public EngineError {
public:
    Aborted() : EngineError("ERR_ABORTED", "The operation was aborted") {}
};

}  // namespace ai_artist
