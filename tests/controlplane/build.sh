#!/usr/bin/env bash
# Builds the control plane of the tests from its pinned Go modules into a cache outside the tree,
# keyed by the modules' go.sum, and prints the folder. A second call only prints it.
#
#   KUBEBUILDER_ASSETS  when set, that folder is used instead (it must hold the same programs)
#   PLIMSOLL_CACHE      the cache's root; default ${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=v1.36.3
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok)

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in "${programs[@]}"; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || {
      echo "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no $program: unset it to build one (needs Go)" >&2
      exit 1
    }
  done
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi

key=$(cat "$here"/kubernetes/go.{mod,sum} "$here"/kwok/go.{mod,sum} "$here/build.sh" | sha256sum | cut -c1-16)
bin="${PLIMSOLL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll}/controlplane/$key"

complete() { for program in "${programs[@]}"; do [ -x "$bin/$program" ] || return 1; done; }

if [ "${1:-}" = --path ]; then # only says where it is, and whether
  echo "$bin"
  complete
  exit
fi

if ! complete; then
  command -v go >/dev/null || {
    echo "Go is needed to build the control plane once: https://go.dev/doc/install, then run make controlplane" >&2
    exit 1
  }
  mkdir -p "$bin"
  exec 9>"$bin/.lock"
  flock 9 # two runs build it once
  export CGO_ENABLED=0 GOBIN=
  stamp="-X k8s.io/component-base/version.gitVersion=$version"
  stamp+=" -X k8s.io/component-base/version.gitMajor=${version:1:1} -X k8s.io/component-base/version.gitMinor=${version:3:2}"
  build() { # module, package, program: written under another name first, so a cut-off build leaves nothing half made
    [ -x "$bin/$3" ] && return
    echo "building $3 (once; it is kept in $bin)" >&2
    (cd "$here/$1" && go build -trimpath -ldflags "-s -w $stamp" -o "$bin/.$3.new" "$2")
    mv "$bin/.$3.new" "$bin/$3"
  }
  build kubernetes go.etcd.io/etcd/server/v3 etcd
  for program in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
    build kubernetes "k8s.io/kubernetes/cmd/$program" "$program"
  done
  build kwok sigs.k8s.io/kwok/cmd/kwok kwok
fi
echo "$bin"
