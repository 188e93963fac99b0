#!/usr/bin/env bash
# Builds the Helm of the tests from its pinned Go module into a cache outside the tree, keyed by its version, and prints where it is.
# A second call only prints it; with --path it is never built.
#
#   PLIMSOLL_CACHE  the cache's root; default ${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll
set -euo pipefail
version=v3.19.0
bin="${PLIMSOLL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll}/helm/$version"

if [ "${1:-}" = --path ]; then
  echo "$bin/helm"
  [ -x "$bin/helm" ]
  exit
fi

if ! [ -x "$bin/helm" ]; then
  command -v go >/dev/null || {
    echo "Go is needed to build Helm once: https://go.dev/doc/install, then run make helm" >&2
    exit 1
  }
  mkdir -p "$bin"
  exec 9>"$bin/.lock"
  flock 9 # two runs build it once
  if ! [ -x "$bin/helm" ]; then
    echo "building helm $version (once; it is kept in $bin)" >&2
    CGO_ENABLED=0 GOBIN="$bin/.new" go install -trimpath -ldflags "-s -w" "helm.sh/helm/v3/cmd/helm@$version"
    mv "$bin/.new/helm" "$bin/helm" # a cut-off build leaves nothing half made
    rmdir "$bin/.new"
  fi
fi
echo "$bin/helm"
