"""Shared by the training scripts: data, networks, state on disk. The npm package does not use it."""
