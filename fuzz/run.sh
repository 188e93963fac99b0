#!/usr/bin/env bash
# Builds the fuzz targets on the stable toolchain and runs them side by side, each for FUZZ_SECONDS (600). Prints what came of it and
# writes it to fuzz.json in the target directory. Exits with 1 where an input was found that breaks something, with how to run it again.
#
#   FUZZ_SECONDS  how long each runs
#   FUZZ_TARGETS  which: "manifests checks"
#
# With a file, runs the target on that alone: fuzz/run.sh manifests FILE
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
out=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$out"
out=$(cd "$out" && pwd)
export CARGO_TARGET_DIR=$out/fuzz
work=$out/fuzz/run
host=$(rustc -vV | sed -n 's/^host: //p')

command -v c++ >/dev/null || {
  echo "A C++ compiler is needed, for libFuzzer (Debian and Ubuntu: apt install g++)" >&2
  exit 1
}
# What `cargo fuzz` sets where no sanitizer is asked for, which needs no nightly compiler. With a target named, build scripts and
# macros are left alone.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
(cd "$here" && ${CARGO:-cargo} build --release --target "$host" >&2)
bin=$CARGO_TARGET_DIR/$host/release

if [ $# -eq 2 ]; then
  exec "$bin/$1" "$2"
fi

seconds=${FUZZ_SECONDS:-600}
targets=${FUZZ_TARGETS:-manifests checks}

# Begins with what people write; what earlier runs found is kept.
seed() { # target
  mkdir -p "$work/$1/corpus" "$work/$1/seeds"
  case $1 in
    manifests)
      local files=()
      mapfile -d '' files < <(find "$root/examples" "$root/tests/cli/cases" "$here/regressions/manifests" \
        $([ -d "$root/../shared/corpus" ] && echo "$root/../shared/corpus") \
        -type f -size -32k \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' -o -name '*.bin' \) -print0 2>/dev/null | head -z -n 3000)
      for file in "${files[@]}"; do
        cp "$file" "$work/$1/seeds/$(printf '%s' "$file" | sha1sum | cut -c1-16)"
      done
      ;;
    checks)
      local number
      for number in {1..64}; do # decisions; which objects they lead to the target says
        printf '%s' "$number" | sha512sum | cut -c1-128 | head -c $((number * 2)) >"$work/$1/seeds/$number"
      done
      find "$here/regressions/checks" -type f -exec cp {} "$work/$1/seeds/" \; 2>/dev/null || true
      ;;
  esac
}

start=$SECONDS
for target in $targets; do
  seed "$target"
  rm -f "$work/$target"/crash-* "$work/$target"/timeout-* "$work/$target"/oom-*
  "$bin/$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="$work/$target/" "$work/$target/corpus" "$work/$target/seeds" >"$work/$target/log" 2>&1 &
done
wait || true

status=0
rows=()
for target in $targets; do
  log=$work/$target/log
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  coverage=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2 || true)
  crashes=()
  mapfile -d '' crashes < <(find "$work/$target" -maxdepth 1 \( -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*' \) -print0)
  rows+=("{\"target\":\"$target\",\"runs\":${runs:-0},\"seconds\":$seconds,\"coverage\":${coverage:-0},\"crashes\":${#crashes[@]}}")
  echo "$target: ${runs:-0} runs in $seconds s, coverage ${coverage:-0}, crashes ${#crashes[@]}"
  if [ "${#crashes[@]}" -gt 0 ] || [ "${runs:-0}" -eq 0 ]; then
    status=1
    tail -n 40 "$log" >&2
    for crash in "${crashes[@]}"; do
      echo "again: fuzz/run.sh $target $crash" >&2
    done
  fi
done
(IFS=,; printf '{"seconds":%d,"targets":[%s]}\n' "$((SECONDS - start))" "${rows[*]}") >"$out/fuzz.json"
exit "$status"
