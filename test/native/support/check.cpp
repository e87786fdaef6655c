#include "support/check.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
int failures_ = 0;

struct Scratch {
    std::filesystem::path dir;
    pid_t owner;
    Scratch() : owner(getpid()) {
        std::string pattern = (std::filesystem::temp_directory_path() / "ai-artist-native-XXXXXX").string();
        if (mkdtemp(&pattern[0]) == nullptr) {
            std::perror("mkdtemp");
            std::exit(2);
        }
        dir = pattern;
    }
    ~Scratch() {
        std::error_code ignored;  // a temporary directory: leaving it behind is no failure of the test
        if (getpid() == owner) {
            std::filesystem::remove_all(dir, ignored);
        }
    }
};
}  // namespace

void check(bool ok, const std::string& name, const std::string& detail) {
    failures_ += ok ? 0 : 1;
    std::printf("%s %s%s%s\n", ok ? "ok" : "not ok", name.c_str(), ok || detail.empty() ? "" : ": ", ok ? "" : detail.c_str());
    std::fflush(stdout);
}

int result() {
    return failures_ == 0 ? 0 : 1;
}

std::string in_child(const std::function<int()>& body, unsigned seconds) {
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid < 0) {
        return "fork failed";
    }
    if (pid == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        alarm(seconds);
        _exit(body());
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) {
        return "waitpid failed";
    }
    if (WIFEXITED(status)) {
        return "exit " + std::to_string(WEXITSTATUS(status));
    }
    return WTERMSIG(status) == SIGALRM ? "timeout" : "signal " + std::to_string(WTERMSIG(status));
}

std::string scratch(const std::string& name) {
    static Scratch scratch;
    return (scratch.dir / name).string();
}

std::string repository(const std::string& path) {
    const char* root = std::getenv("AI_ARTIST_ROOT");
    return (std::filesystem::path(root != nullptr ? root : ".") / path).string();
}
