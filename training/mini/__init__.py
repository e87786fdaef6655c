"""What the training scripts share: data, networks, state on disk. Nothing of the npm package uses it."""
