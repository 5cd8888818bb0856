#!/bin/sh
# Type-check our own JavaScript with the TypeScript compiler, where npm is installed.
set -eu
cd "$(dirname "$0")/.."
scripts=$(find src/plimsoll -name '*.js')
[ -n "$scripts" ] || exit 0
command -v npm >/dev/null || { echo "skipped: npm is not installed, so JavaScript is not type-checked"; exit 0; }
npm exec --yes --package typescript@5.9.3 -- tsc --allowJs --checkJs --noEmit --strict --target es2022 --lib es2022,dom,dom.iterable $scripts
