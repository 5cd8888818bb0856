#!/bin/sh
# Install the libraries that benchmarks/retrieval.py compares with, pinned, into a folder: prepare_retrieval_peers.sh [DIR].
# A library that cannot be installed is named and left out; the benchmark then goes on without it.
set -u
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}
python=${PYTHON:-python3}
llamaindex=0.14.25
llamaindex_bm25=0.8.0
haystack=3.4.0
mkdir -p "$folder" || exit 1
failed=0

# Install the packages after $2 into the environment of $1, unless version $2 is there.
install() {
  name=$1 version=$2
  shift 2
  if [ "$(cat "$folder/$name/VERSION" 2>/dev/null)" = "$version" ]; then echo "$name $version is there"; return; fi
  mkdir -p "$folder/$name"
  if { "$python" -m venv --clear "$folder/$name/venv" &&
    "$folder/$name/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; } >"$folder/$name.log" 2>&1
  then echo "$version" >"$folder/$name/VERSION"; echo "$name $version is ready"
  else failed=1; echo "$name $version could not be installed: see $folder/$name.log"; fi
}

install llamaindex "$llamaindex" "llama-index-core==$llamaindex" "llama-index-retrievers-bm25==$llamaindex_bm25"
install haystack "$haystack" "haystack-ai==$haystack"
exit $failed
