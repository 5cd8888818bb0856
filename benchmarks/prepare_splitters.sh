#!/bin/sh
# Install the text splitters that benchmarks/chunking.py compares with, pinned, into a folder: prepare_splitters.sh [DIR]
set -eu
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}/splitters
python=${PYTHON:-python3}
wanted="llama-index-core==0.14.10 haystack-ai==2.20.0 tokenizers==0.23.3"
mkdir -p "$folder"
if [ "$(cat "$folder/VERSIONS" 2>/dev/null)" = "$wanted" ]; then echo "$wanted: ready"; exit 0; fi
"$python" -m venv --clear "$folder/venv"
# shellcheck disable=SC2086
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check $wanted
echo "$wanted" >"$folder/VERSIONS"
echo "$wanted: ready"
