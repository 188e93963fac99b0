#!/usr/bin/env bash
# Prometheus and promtool, which the tests of metric items ask: from the distribution's package where that can be installed
# without questions, else says what to do. Does nothing where they are there.
set -euo pipefail
for program in prometheus promtool; do
  command -v "$program" >/dev/null || missing=1
done
[ -n "${missing:-}" ] || exit 0

root=()
if [ "$(id -u)" -ne 0 ]; then
  root=(sudo -n)
fi
if command -v apt-get >/dev/null && { [ "${#root[@]}" -eq 0 ] || sudo -n true 2>/dev/null; }; then
  echo "Installing Prometheus, which the tests of metric items ask: apt-get install prometheus" >&2
  # The tests start their own; the package's must not run.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  "${root[@]}" apt-get update -qq >&2
  "${root[@]}" apt-get install -y -qq --no-install-recommends prometheus >&2
  exit 0
fi
echo "prometheus and promtool are needed for the tests of metric items: apt-get install prometheus, or https://prometheus.io/download/" >&2
exit 1
