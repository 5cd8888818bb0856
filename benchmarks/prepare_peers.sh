#!/bin/sh
# Install the gateways that benchmarks/gateway.py compares with, pinned, into a folder: prepare_peers.sh [DIR].
# The benchmark goes on without those that cannot be installed.
. "$(dirname "$0")/installing_peers.sh"
litellm=1.109.1
tensorzero=2026.6.0
portkey=1.15.2

# LiteLLM pins some of its requirements to releases that an index may not offer yet; the second try lets pip choose
# those (certificates, database scripts), none of which takes part in a request.
install_litellm() {
  make_environment litellm "litellm[proxy]==$litellm" && return
  pip="$folder/litellm/venv/bin/python -m pip install --quiet --disable-pip-version-check"
  $pip --no-deps "litellm==$litellm" || return
  "$folder/litellm/venv/bin/python" - >"$folder/litellm/requirements.txt" <<'PYTHON' || return
from importlib.metadata import requires

from pip._vendor.packaging.requirements import Requirement

for line in requires("litellm"):
    wanted = Requirement(line)
    if wanted.marker is None or wanted.marker.evaluate({"extra": "proxy"}):
        extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
        version = "" if wanted.name in {"certifi", "litellm-proxy-extras"} else wanted.specifier
        print(f"{wanted.name}{extras}{version}")
PYTHON
  $pip --requirement "$folder/litellm/requirements.txt"
}

# With a newer HTTP server for Node.js than this, Portkey 1.15 answers every stream with 500 (headers that are immutable).
install_portkey() {
  command -v node || { echo "node is missing"; return 1; }
  printf '{"private": true, "dependencies": {"@portkey-ai/gateway": "%s"}, "overrides": {"@hono/node-server": "1.3.3"}}\n' \
    "$portkey" >"$folder/portkey/package.json"
  npm install --prefix "$folder/portkey" --no-audit --no-fund
}

install_with litellm "$litellm" install_litellm
install tensorzero "$tensorzero" "tensorzero==$tensorzero"
install_with portkey "$portkey" install_portkey
exit $failed
