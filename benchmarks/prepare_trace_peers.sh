#!/bin/sh
# Install the tools that benchmarks/traces.py compares with, pinned, into a folder: prepare_trace_peers.sh [DIR].
# The benchmark goes on without those that cannot be installed.
. "$(dirname "$0")/installing_peers.sh"
phoenix=20.26.1
mlflow=3.17.2

install phoenix "$phoenix" "arize-phoenix==$phoenix"
install mlflow "$mlflow" "mlflow==$mlflow"
exit $failed
