#!/usr/bin/env bash
# Builds the peers that can be had as Go modules, pinned, into a cache outside the tree, and prints the folder. A second
# call only prints it. Kyverno takes ten minutes on two quiet cores, the others four together.
#
#   build.sh           build what is missing
#   build.sh --path    only say where it is; exit status 1 where something is missing
#
#   PLIMSOLL_CACHE     the cache's root; default ${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Program, package, version: each by its own go.mod, authenticated by Go's checksum database.
installed=(
  "kube-score github.com/zegl/kube-score/cmd/kube-score v1.20.0"
  "kubeconform github.com/yannh/kubeconform/cmd/kubeconform v0.8.0"
  "gator github.com/open-policy-agent/gatekeeper/v3/cmd/gator v3.23.1"
)
# Kyverno replaces a module, which `go install` refuses: it has a module of its own here.
programs=(kube-score kubeconform gator kyverno)
# The API server's own description, of which kubeconform's schemas are made.
kubernetes=v1.36.3

key=$(cat "$here"/kyverno/go.{mod,sum} "$here/build.sh" | sha256sum | cut -c1-16)
bin="${PLIMSOLL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll}/peers/$key"

complete() {
  for program in "${programs[@]}"; do [ -x "$bin/$program" ] || return 1; done
  [ -s "$bin/swagger.json" ]
}

if [ "${1:-}" = --path ]; then
  echo "$bin"
  complete
  exit
fi

if ! complete; then
  command -v go >/dev/null || {
    echo "Go is needed to build the peers once: https://go.dev/doc/install, then run make bench-peers" >&2
    exit 1
  }
  mkdir -p "$bin"
  exec 9>"$bin/.lock"
  flock 9 # two runs build it once
  export CGO_ENABLED=0 GOFLAGS=
  build() { # program, then how: into another folder first, so a cut-off build leaves nothing half made
    local program=$1
    shift
    [ ! -x "$bin/$program" ] || return 0
    echo "building $program (once; it is kept in $bin)" >&2
    "$@"
    mv "$bin/.new/$program" "$bin/$program"
  }
  if [ ! -s "$bin/swagger.json" ]; then
    module=$(cd / && go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    cp "$module/api/openapi-spec/swagger.json" "$bin/.swagger.json.new"
    chmod u+w "$bin/.swagger.json.new"
    mv "$bin/.swagger.json.new" "$bin/swagger.json"
  fi
  flags=(-trimpath -ldflags "-s -w")
  for line in "${installed[@]}"; do
    read -r program package version <<<"$line"
    GOBIN="$bin/.new" build "$program" nice -n 19 go install "${flags[@]}" "$package@$version"
  done
  cd "$here/kyverno"
  GOBIN= build kyverno nice -n 19 go build "${flags[@]}" -o "$bin/.new/kyverno" \
    github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno
fi
echo "$bin"
