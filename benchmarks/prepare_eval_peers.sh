#!/bin/sh
# Install the tools that benchmarks/eval_overhead.py compares with, pinned, into a folder: prepare_eval_peers.sh [DIR].
# The benchmark goes on without those that cannot be installed. promptfoo needs npm.
. "$(dirname "$0")/installing_peers.sh"
inspect=0.3.285
deepeval=4.3.1
pydantic_evals=2.62.0
promptfoo=0.120.8

install inspect "$inspect" "inspect-ai==$inspect"
install deepeval "$deepeval" "deepeval==$deepeval"
install pydantic_evals "$pydantic_evals" "pydantic-evals==$pydantic_evals"
install_with promptfoo "$promptfoo" \
  npm install --no-audit --no-fund --loglevel=error --prefix "$folder/promptfoo" "promptfoo@$promptfoo"
exit $failed
