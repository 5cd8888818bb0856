#!/bin/sh
# Install the gateways that benchmarks/gateway.py compares with, pinned, into a folder: prepare_peers.sh [DIR].
# A gateway that cannot be installed is named and left out; the benchmark then goes on without it.
set -u
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}
python=${PYTHON:-python3}
litellm=1.109.1
tensorzero=2026.6.0
portkey=1.15.2
mkdir -p "$folder" || exit 1
failed=0

# Is $2 already the version installed in $1?
is_there() { [ "$(cat "$folder/$1/VERSION" 2>/dev/null)" = "$2" ]; }

# Report how installing $1 at version $2 went ($3 is the exit status).
report() {
  if [ "$3" = 0 ]; then echo "$2" >"$folder/$1/VERSION"; echo "$1 $2 is ready"
  else failed=1; echo "$1 $2 could not be installed: see $folder/$1.log"; fi
}

# LiteLLM pins some of its requirements to releases that an index may not offer yet; the second try lets pip choose
# those (certificates, database scripts), none of which takes part in a request.
install_litellm() {
  pip="$folder/litellm/venv/bin/python -m pip install --quiet --disable-pip-version-check"
  "$python" -m venv --clear "$folder/litellm/venv" || return 1
  $pip "litellm[proxy]==$litellm" && return
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

install_tensorzero() {
  "$python" -m venv --clear "$folder/tensorzero/venv" &&
    "$folder/tensorzero/venv/bin/python" -m pip install --quiet --disable-pip-version-check "tensorzero==$tensorzero"
}

# With a newer HTTP server for Node.js than this, Portkey 1.15 answers every stream with 500 (headers that are immutable).
install_portkey() {
  command -v node || { echo "node is missing"; return 1; }
  printf '{"private": true, "dependencies": {"@portkey-ai/gateway": "%s"}, "overrides": {"@hono/node-server": "1.3.3"}}\n' \
    "$portkey" >"$folder/portkey/package.json"
  npm install --prefix "$folder/portkey" --no-audit --no-fund
}

for peer in litellm tensorzero portkey; do
  eval "version=\$$peer"
  if is_there "$peer" "$version"; then echo "$peer $version is there"; continue; fi
  mkdir -p "$folder/$peer"
  "install_$peer" >"$folder/$peer.log" 2>&1
  report "$peer" "$version" $?
done
exit $failed
