# What the prepare_*.sh share, which source it: peers are installed once a version, each into a folder of its own.
# What cannot be installed is named and left out, and `failed` is 1 in the end.
set -u
folder=${1:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/peers}
python=${PYTHON:-python3}
failed=0
mkdir -p "$folder" || exit 1

# Make an environment for the peer $1, with the packages that follow.
make_environment() {
  environment="$folder/$1/venv"
  shift
  "$python" -m venv --clear "$environment" &&
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Install the peer $1 at version $2, unless it is there, by the command that follows.
install_with() {
  name=$1 version=$2
  shift 2
  if [ "$(cat "$folder/$name/VERSION" 2>/dev/null)" = "$version" ]; then echo "$name $version is there"; return; fi
  mkdir -p "$folder/$name"
  if "$@" >"$folder/$name.log" 2>&1; then echo "$version" >"$folder/$name/VERSION"; echo "$name $version is ready"
  else failed=1; echo "$name $version could not be installed: see $folder/$name.log"; fi
}

# Install the peer $1 at version $2, unless it is there: the packages that follow, in an environment of its own.
install() {
  peer=$1 pinned=$2
  shift 2
  install_with "$peer" "$pinned" make_environment "$peer" "$@"
}
