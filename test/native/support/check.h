#pragma once
// A check prints "ok <name>" or "not ok <name>: <detail>" on stdout, one a line; native.test.ts makes a test of each. main returns result().

#include <functional>
#include <string>

void check(bool ok, const std::string& name, const std::string& detail = "");

// 0 if every check was ok.
int result();

// Runs body in a forked child with a time limit and returns how it ended: "exit 0", "exit 3", "signal 6", "timeout".
// What the child prints on stdout is dropped, so that checks are only made by the parent.
std::string in_child(const std::function<int()>& body, unsigned seconds = 60);

// Directory for files of this run, made on first use and removed at exit.
std::string scratch(const std::string& name);

// Repository root, from the environment (AI_ARTIST_ROOT) or the current directory.
std::string repository(const std::string& path);
