#!/bin/sh
# Install the libraries that benchmarks/retrieval.py compares with, pinned, into a folder: prepare_retrieval_peers.sh [DIR].
# The benchmark goes on without those that cannot be installed.
. "$(dirname "$0")/installing_peers.sh"
llamaindex=0.14.25
llamaindex_bm25=0.8.0
haystack=3.4.0

install llamaindex "$llamaindex" "llama-index-core==$llamaindex" "llama-index-retrievers-bm25==$llamaindex_bm25"
install haystack "$haystack" "haystack-ai==$haystack"
exit $failed
