#!/bin/sh
# Install the tools that benchmarks/eval_overhead.py compares with, pinned, into a folder: prepare_eval_peers.sh [DIR].
# A tool that cannot be installed is named and left out; the benchmark then goes on without it. promptfoo needs npm.
set -u
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}
python=${PYTHON:-python3}
inspect=0.3.285
deepeval=4.3.1
pydantic_evals=2.62.0
promptfoo=0.120.8
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

install_promptfoo() {
  if [ "$(cat "$folder/promptfoo/VERSION" 2>/dev/null)" = "$promptfoo" ]; then echo "promptfoo $promptfoo is there"; return; fi
  mkdir -p "$folder/promptfoo"
  if npm install --no-audit --no-fund --loglevel=error --prefix "$folder/promptfoo" "promptfoo@$promptfoo" \
    >"$folder/promptfoo.log" 2>&1
  then echo "$promptfoo" >"$folder/promptfoo/VERSION"; echo "promptfoo $promptfoo is ready"
  else failed=1; echo "promptfoo $promptfoo could not be installed: see $folder/promptfoo.log"; fi
}

install inspect "$inspect" "inspect-ai==$inspect"
install deepeval "$deepeval" "deepeval==$deepeval"
install pydantic_evals "$pydantic_evals" "pydantic-evals==$pydantic_evals"
install_promptfoo
exit $failed
