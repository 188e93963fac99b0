#!/usr/bin/env bash
# The whole loop, on a control plane of its own: install Plimsoll, apply a shop and a policy, bring an AI agent from NotReady
# to Ready, read the reports, try a bad Deployment. Exits with 0 only if all of it came out as examples/ says.
#
#   examples/demo.sh        run it and stop everything again      make demo
#   KEEP=1 examples/demo.sh leave it up                           make demo KEEP=1
#   examples/demo.sh down   stop what was left up                 make demo-down
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
dir=$target/demo # everything the demo writes
plimsoll=$target/debug/plimsoll
controlplane=$target/debug/controlplane
operator_log=$dir/operator.log
patience=60s
started=$SECONDS

# What the reports of the shop must say in the end.
expected="\
cronjob-catalog-reindex Ready
deployment-catalog ReadyWithRisks
deployment-payments NotReady
deployment-recommendations NotReady
deployment-storefront Ready
statefulset-cart Ready"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
fail() { echo "the demo failed: $*" >&2; exit 1; }

# Shows a command as one would type it, and runs it.
show() {
  local word
  printf '$'
  for word; do
    if [[ $word == *' '* ]]; then printf " '%s'" "$word"; else printf ' %s' "$word"; fi
  done
  echo
  "$@"
}

# kubectl of the control plane's version, for that control plane and no other: nothing of ~/.kube is looked at.
unset KUBECONFIG
kubectl() { KUBERC=off "$programs/kubectl" --kubeconfig="$KUBECONFIG" --cache-dir="$dir/kubectl" "$@"; }

# Makes a kubeconfig for a person of a group. The API server is told who it is by impersonation, as by kubectl --as.
person() {
  kubectl config view --raw --minify -o json |
    sed 's|"client-key":|"as": "'"$1"'", "as-groups": ["'"$2"'"], &|' >"$dir/$1.kubeconfig"
  grep -q '"as": "'"$1"'"' "$dir/$1.kubeconfig" || fail "no kubeconfig for $1"
}
as() { # as PERSON ARGUMENT...: runs plimsoll for a person, and shows it
  printf '%s' "$1"
  KUBECONFIG=$dir/$1.kubeconfig show plimsoll "${@:2}"
}
plimsoll() { "$plimsoll" "$@"; }

# attests PERSON ROLE SECTION...: all of those sections that the role may attest.
attests() {
  local person=$1 role=$2 section sections=()
  for section in "${@:3}"; do sections+=(--section "$section"); done
  as "$person" attest assistant -n assistant --role "$role" "${sections[@]}" --evidence https://wiki.example/assistant/1.4.0 \
    --statement 'Gone through by the team' >"$dir/attested.log" || fail "$person could not attest: $(cat "$dir/attested.log")"
  head -n 4 "$dir/attested.log"
  echo "  ... and $(($(grep -c ' attested by ' "$dir/attested.log") - 2)) more"
}

until_launch() {
  kubectl -n assistant wait --for=jsonpath='{.status.status}'="$1" readinesslaunch/assistant --timeout=$patience >/dev/null ||
    fail "the launch should be $1: $(plimsoll gate assistant -n assistant)"
}

# A port on loopback that nobody listens on, below the range for outgoing connections.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

operator_runs() { # only what is the demo's own: a pid is given out again
  [ -s "$dir/operator.pid" ] && pid=$(<"$dir/operator.pid") &&
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$plimsoll operator"
}

operator_is_ready() {
  local status
  { exec 3<>"/dev/tcp/127.0.0.1/$health_port"; } 2>/dev/null || return
  printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r _ status _ <&3
  exec 3>&-
  [ "$status" = 200 ]
}

stop() {
  local pid
  if operator_runs; then
    kill "$pid"
    while operator_runs; do sleep 0.1; done
  fi
  rm -f "$dir/operator.pid"
  [ ! -x "$controlplane" ] || "$controlplane" down --dir "$dir/cluster" 2>"$dir/down.log" || cat "$dir/down.log" >&2
}

finish() {
  local status=$?
  trap '' INT TERM HUP # once is enough
  if [ "$status" -ne 0 ] && [ -s "$operator_log" ]; then
    echo "The last lines of $operator_log:" >&2
    tail -n 15 "$operator_log" >&2
  fi
  if [ "$status" -eq 0 ] && [ "${KEEP:-0}" != 0 ]; then
    say "It stays up."
    echo "use it:    export KUBECONFIG=$KUBECONFIG"
    echo "           $programs/kubectl get readinessreports -A"
    echo "look into: $operator_log, $dir/cluster/logs/"
    echo "           http://127.0.0.1:$health_port/metrics"
    echo "stop it:   make demo-down"
  else
    stop
  fi
}

mkdir -p "$dir"
if [ "${1:-}" = down ]; then
  stop
  exit
fi

exec 9>"$dir/lock"
flock -n 9 || fail "another one is running in $dir"
if operator_runs; then say "Stopping the demo that was left up."; fi
stop
rm -f "$operator_log"
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

tests/controlplane/build.sh --path >/dev/null ||
  say "Building a control plane from source: about ten minutes on two cores, once. It is kept for the next time."
programs=$(tests/controlplane/build.sh 9>&-)
say "Building Plimsoll."
cargo build --workspace --bins --target-dir "$target" 9>&-
built=$SECONDS

say "Starting etcd, kube-apiserver, controllers, scheduler and six simulated nodes on loopback."
exports=$("$controlplane" up --dir "$dir/cluster" 9>&- 2>"$dir/up.log") || fail "no control plane: $(cat "$dir/up.log")"
eval "$exports" # KUBECONFIG

say "Installing Plimsoll as it is shipped: definitions, permissions, webhook configuration."
show kubectl apply -f crds/ -f deploy/
kubectl wait --for=condition=Established crd/readinesspolicies.plimsoll.dev crd/readinessreports.plimsoll.dev \
  --timeout=$patience >/dev/null
# Three things differ from a real cluster, as nothing here runs containers or routes to a Service: the Deployment has no
# pods, the operator is a process of this machine instead (with the ServiceAccount's permissions and no others), and the
# Service, of which the webhook's configuration speaks, leads to that process's port.
webhook_port=$(free_port) health_port=$(free_port)
{
  kubectl -n plimsoll-system scale deployment plimsoll --replicas=0
  kubectl -n plimsoll-system patch service plimsoll-webhook --type=merge --patch \
    '{"spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": '"$webhook_port"'}]}}'
  kubectl patch validatingwebhookconfiguration plimsoll --type=json --patch \
    '[{"op": "replace", "path": "/webhooks/0/clientConfig/service/port", "value": '"$webhook_port"'},
      {"op": "replace", "path": "/webhooks/1/clientConfig/service/port", "value": '"$webhook_port"'}]'
  operator_config=$dir/operator.kubeconfig
  cp "$KUBECONFIG" "$operator_config"
  token=$(kubectl -n plimsoll-system create token plimsoll --duration=168h)
  kubectl config --kubeconfig="$operator_config" set-credentials plimsoll --token="$token"
  kubectl config --kubeconfig="$operator_config" set-context --current --user=plimsoll
} >"$dir/adapt.log"

# In a session of its own: Ctrl-C reaches this script, which stops it in order. Nothing on loopback goes through a proxy.
KUBECONFIG=$operator_config NO_COLOR=1 setsid env -u HTTPS_PROXY -u https_proxy "$plimsoll" operator --log-format text --shutdown-delay 0 \
  --webhook-address "127.0.0.1:$webhook_port" --health-address "127.0.0.1:$health_port" \
  </dev/null >"$operator_log" 2>&1 9>&- &
echo $! >"$dir/operator.pid"
deadline=$((SECONDS + 60))
until operator_is_ready; do
  kill -0 "$(<"$dir/operator.pid")" 2>/dev/null || fail "the operator ended"
  [ "$SECONDS" -lt "$deadline" ] || fail "the operator is not ready after a minute"
  sleep 0.2
done

say "A shop of five services, before there is any policy: all of it is admitted."
show kubectl apply -f examples/shop

say "Now the policy. It breaks nothing that runs; what is there is judged and reported on."
show kubectl apply -f examples/policy.yaml
reports=$(sed 's/^/readinessreport\//; s/ .*//' <<<"$expected")
# shellcheck disable=SC2086 # one argument a report
kubectl -n shop wait --for=create $reports --timeout=$patience >/dev/null || fail "there should be $(wc -w <<<"$reports") reports"
while read -r report status; do
  kubectl -n shop wait --for=jsonpath='{.report.status}'="$status" "readinessreport/$report" --timeout=$patience >/dev/null ||
    fail "$report should be $status: $(kubectl -n shop get readinessreport "$report" -o jsonpath='{.report}')"
done <<<"$expected"
kubectl wait --for=jsonpath='{.status.workloads}'="$(wc -l <<<"$expected")" readinesspolicy/production \
  --timeout=$patience >/dev/null || fail "the policy should count them"
actual=$(kubectl -n shop get readinessreports --no-headers \
  -o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,STATUS:.report.status | tr -s ' ')
[ "$actual" = "shop ${expected//$'\n'/$'\n'shop }" ] || fail "the reports should be: $expected"

say "Now an AI agent that never ran, with its launch: the whole checklist of 281 lines, signed by four people."
show kubectl apply -f examples/assistant/namespace.yaml
show kubectl apply -f examples/assistant/people.yaml -f examples/assistant/policy.yaml -f examples/assistant/launch.yaml \
  -f examples/assistant/agent.yaml
until_launch NotReady
show kubectl -n assistant get readinesslaunches

say "Checks and evidence decide what they can. Until people have said the rest, no pod of it may run:"
if refusal=$(show kubectl -n assistant scale deployment agent --replicas=3 2>&1); then
  fail "the gate let it through: $refusal"
fi
echo "$refusal"
[[ $refusal == *'may not run yet: the launch assistant is NotReady'* ]] || fail "it was not the gate that refused it"

say "Ada and Ben are engineers, Cleo is DevOps, Dana does security, Eli is the product manager. What waits for Eli?"
person ada engineering && person ben engineering && person cleo devops && person dana security && person eli product
as eli attest assistant -n assistant --list

say "Each says what they know, in the roles that RBAC grants. Nobody speaks for others:"
if as cleo attest assistant -n assistant --section Security --role security --evidence https://wiki.example \
  --statement 'It will be fine'; then
  fail "Cleo spoke for security"
fi
attests ada engineering 'Executive Summary' 'Code Quality' Testing Reliability Observability Security 'Cost Management' \
  Scalability Deployment Operations Compliance Performance 'Launch Plan' 'Team Readiness' 'Risk Assessment'
attests ben engineering 'Code Quality'
attests cleo devops 'Executive Summary' Testing Reliability Observability Security 'Cost Management' Deployment \
  'Monitoring & Alerting' Operations Performance 'Launch Plan' 'Team Readiness' 'Risk Assessment'
attests dana security 'Code Quality' Observability Security Deployment 'Monitoring & Alerting' Operations Compliance \
  'Launch Plan' 'Team Readiness'
attests eli product 'Code Quality' Reliability Security 'Cost Management' Deployment \
  'Monitoring & Alerting' Operations Compliance Performance 'Launch Plan' 'Risk Assessment'
for signer in ada:engineering cleo:devops dana:security eli:product; do
  as "${signer%:*}" attest assistant -n assistant --sign --role "${signer#*:}" --section Sign-Off --statement 'Go'
done
kubectl -n assistant wait --for=jsonpath='{.status.sections[?(@.section=="Sign-Off")].passed}'=4 readinesslaunch/assistant \
  --timeout=$patience >/dev/null || fail "it should be signed"
show kubectl -n assistant get readinesslaunches
show plimsoll gate assistant -n assistant && fail "the gate should be closed"

say "One line no word can close: the agent is applied by hand. Cleo asks for an exception, and Dana approves it. That is a risk, not a pass:"
KUBECONFIG=$dir/cleo.kubeconfig kubectl create -f - <<EOF
apiVersion: plimsoll.dev/v1alpha1
kind: ReadinessException
metadata: {name: applied-by-hand, namespace: assistant}
spec:
  policy: agents
  waives: [ai-agent:deployment/deployment-pipeline]
  workloads: {names: [agent]}
  reason: Flux comes to this cluster next week
  owner: platform
  requestedBy: cleo
  expiresAt: $(date -u -d '+10 days' +%FT%TZ)
EOF
as dana attest -n assistant --approve applied-by-hand --statement 'For ten days, not more'
until_launch ReadyWithRisks
show kubectl -n assistant get readinesslaunches,readinessexceptions

say "Then Flux delivers it after all:"
show kubectl apply -f examples/assistant/flux/definition.yaml
kubectl wait --for=condition=Established crd/kustomizations.kustomize.toolkit.fluxcd.io --timeout=$patience >/dev/null
show kubectl apply -f examples/assistant/flux/kustomization.yaml
show kubectl -n assistant label deployment agent kustomize.toolkit.fluxcd.io/name=assistant \
  kustomize.toolkit.fluxcd.io/namespace=assistant
until_launch Ready
show plimsoll gate assistant -n assistant --require ready

say "Its checklist, filled in:"
plimsoll checklist assistant -n assistant -o markdown >"$dir/assistant.md"
plimsoll checklist assistant -n assistant -o html >"$dir/assistant.html"
show plimsoll checklist assistant -n assistant -o table
echo
sed -n '/^## Executive Summary/,/^## 2/{/^## 2/!p}; /^## Sign-Off/,$p' "$dir/assistant.md"
echo "(all of it: $dir/assistant.md, and as a page: $dir/assistant.html)"

say "The gate lets it out, and the launch has its date:"
show kubectl -n assistant scale deployment agent --replicas=3
kubectl -n assistant wait --for=jsonpath='{.status.actualDate}' readinesslaunch/assistant --timeout=$patience >/dev/null ||
  fail "it should have been launched"
show kubectl -n assistant get readinesslaunches
echo "(Running, it is asked more: that probes pass for ten minutes, for instance. What runs is not stopped by it.)"

say "The reports, of the shop and of the agent:"
show kubectl get readinessreports -A
echo
show kubectl get readinesspolicies

say "Why are payments not ready? Nothing is wrong with the Deployment itself:"
show kubectl -n shop get readinessreport deployment-payments \
  -o 'jsonpath={range .report.findings[*]}{.object}: {.message} ({.check}, {.severity}){"\n"}{end}'

say "A Deployment that is not ready is refused by the API server:"
if refusal=$(show kubectl apply -f examples/rejected.yaml 2>&1); then
  fail "it was admitted: $refusal"
fi
echo "$refusal"
[[ $refusal == *'admission webhook "workloads.plimsoll.dev" denied the request'* ]] || fail "it was not Plimsoll that refused it"
[ -z "$(kubectl -n shop get deployment gift-cards --ignore-not-found -o name)" ] || fail "it is there all the same"

say "What runs already goes on. The worst of them can still be restarted, at 3 am too:"
show kubectl -n shop rollout restart deployment recommendations

say "That was all of it, in $((SECONDS - built)) seconds after $((built - started)) of building."
