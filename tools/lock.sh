#!/bin/sh
# Write the locks from pyproject.toml: every package pinned and hashed, no address and no index named.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "uv is missing; install it with: pipx install uv"; exit 1; }
flags="--universal --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.11 --quiet"
uv pip compile $flags pyproject.toml --output-file requirements/core.txt
uv pip compile $flags pyproject.toml --all-extras --group dev --constraint requirements/core.txt --output-file requirements/dev.txt
printf 'hatchling\neditables\n' | uv pip compile $flags --constraint requirements/dev.txt - --output-file requirements/build.txt
