#!/bin/sh
# Install the tools that benchmarks/traces.py compares with, pinned, into a folder: prepare_trace_peers.sh [DIR].
# A tool that cannot be installed is named and left out; the benchmark then goes on without it.
set -u
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}
python=${PYTHON:-python3}
phoenix=20.26.1
mlflow=3.17.2
mkdir -p "$folder" || exit 1
failed=0

# Install the package $3 into the environment of $1, unless version $2 is there.
install() {
  name=$1 version=$2 package=$3
  if [ "$(cat "$folder/$name/VERSION" 2>/dev/null)" = "$version" ]; then echo "$name $version is there"; return; fi
  mkdir -p "$folder/$name"
  if { "$python" -m venv --clear "$folder/$name/venv" &&
    "$folder/$name/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package"; } >"$folder/$name.log" 2>&1
  then echo "$version" >"$folder/$name/VERSION"; echo "$name $version is ready"
  else failed=1; echo "$name $version could not be installed: see $folder/$name.log"; fi
}

install phoenix "$phoenix" "arize-phoenix==$phoenix"
install mlflow "$mlflow" "mlflow==$mlflow"
exit $failed
