//! An application as GitOps applies it: all at once, in any order, and again what was refused.

use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use super::tool::{Tool, Wanted, drift, meant};
use super::{API, agent, checklist, item, launch, missing};
use crate::launches::{Person, attestation};
use crate::testbed::{PATIENCE, Testbed};

// Nobody whom other tests of this cluster take a role from.
const AMY: Person = Person("amy");
const BOB: Person = Person("bob");
const CYD: Person = Person("cyd");

/// Orders beyond the regular ones.
const SHUFFLES: usize = 6;

/// Another order for each seed that this names.
const SEED: &str = "PLIMSOLL_TEST_SEED";

/// The items of the checklist.
fn items() -> Vec<Value> {
    let attested = |role: &str, days: u32, per_release: bool| json!({"attestation": {"roles": [role], "validFor": format!("{days}d"), "perRelease": per_release}});
    let signed = |role: &str, days: u32| {
        let mut signed = attested(role, days, true);
        signed["source"] = json!("sign-off");
        signed
    };
    let two = json!({"cel": {"expression": "workload.spec.replicas >= 2", "message": "it has one replica"}});
    let autoscaled = "object.metadata.namespace == workload.metadata.namespace && \
                      object.spec.scaleTargetRef.name == workload.metadata.name";
    let scaler = json!({"evidence": [{
        "name": "scaler", "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "where": "it is scaled",
        "cel": autoscaled, "proof": "proves",
    }]});
    let checks = |ids: &[&str]| json!({"checks": ids, "scope": "workload"});
    vec![
        item("probes", "critical", checks(&["readiness-probe"])),
        item("budget", "critical", checks(&["pdb-present"])),
        item("scaled", "high", checks(&["hpa-present", "hpa-bounds"])),
        item("scaler", "critical", scaler),
        item("two-replicas", "critical", two),
        item("reviewed", "critical", attested("engineering", 30, true)),
        item("rehearsed", "critical", attested("devops", 40, false)),
        item("sign-off/devops", "critical", signed("devops", 50)),
        item("sign-off/security", "critical", signed("security", 60)),
    ]
}

/// Everything that is in the repository of an application, with the checklist of its own.
fn repository(name: &str) -> Vec<Wanted> {
    let by = |by: &'static str, object: Value| Wanted { by, object };
    let statement = |person: &Person, role: &str, id: &str, signed: bool| {
        let key = format!("{name}:{id}");
        let called = id.replace('/', "-");
        let mut object = attestation(name, &called, person, role, &[&key]);
        object["spec"]["release"] = json!("1.0.0");
        object["spec"]["signOff"] = json!(signed);
        by(person.0, object)
    };
    let meta = json!({"name": "agent", "namespace": name});
    let scaled = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "agent"});
    vec![
        by("", checklist(name, &items())),
        by("", launch(name, &[name])),
        by("", agent(name)),
        by(
            "",
            json!({
                "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta,
                "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "agent"}}},
            }),
        ),
        by(
            "",
            json!({
                "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta,
                "spec": {"scaleTargetRef": scaled, "minReplicas": 2, "maxReplicas": 4, "metrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
                ]},
            }),
        ),
        statement(&AMY, "engineering", "reviewed", false),
        statement(&BOB, "devops", "rehearsed", false),
        statement(&BOB, "devops", "sign-off/devops", true),
        statement(&CYD, "security", "sign-off/security", true),
    ]
}

/// Every rotation and its reverse, and some at random, each of so many things.
fn orders(many: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut orders = Vec::new();
    for first in 0..many {
        let rotation: Vec<usize> = (0..many).map(|at| (first + at) % many).collect();
        orders.push(rotation.iter().rev().copied().collect());
        orders.push(rotation);
    }
    let mut state = seed;
    for _ in 0..SHUFFLES {
        let mut order: Vec<usize> = (0..many).collect();
        for at in (1..many).rev() {
            // Knuth's constants; the upper bits are the random ones.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(
                at,
                usize::try_from((state >> 33) % (at as u64 + 1)).unwrap_or(0),
            );
        }
        orders.push(order);
    }
    orders
}

fn seed() -> u64 {
    let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond().unsigned_abs())
}

/// Lets people speak for every namespace in a role each.
fn roles(testbed: &Testbed) {
    let group = "rbac.authorization.k8s.io";
    let grant = |name: &str, rule: Value, person: &Person| {
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule],
        }));
        testbed.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "User", "apiGroup": group, "name": person.0}],
        }));
    };
    for (person, role) in [(&AMY, "engineering"), (&BOB, "devops"), (&CYD, "security")] {
        let speak = json!({
            "apiGroups": ["plimsoll.dev"], "resources": ["signoffs"], "resourceNames": [role], "verbs": ["attest", "sign"],
        });
        grant(&format!("speak-as-{role}"), speak, person);
        let write = json!({
            "apiGroups": ["plimsoll.dev"], "resources": ["readinessattestations"], "verbs": ["create", "get", "patch"],
        });
        grant(&format!("write-as-{role}"), write, person);
    }
}

/// What a launch comes to, whatever it and its checklist are called and whenever it came to that.
fn verdict(launch: &Value, name: &str) -> Value {
    fn timeless(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for time in ["at", "since", "lastTransitionTime", "actualDate", "history"] {
                    fields.remove(time);
                }
                fields.values_mut().for_each(timeless);
            }
            Value::Array(all) => all.iter_mut().for_each(timeless),
            _ => {}
        }
    }
    let mut status = launch["status"].clone();
    timeless(&mut status);
    // Digests of keys, which the name is part of.
    for seen in status["memory"]["seen"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        let marks = seen["items"].as_str().unwrap_or_default().split(' ');
        seen["items"] = marks.count().into();
    }
    let text = status.to_string().replace(name, "NAME");
    serde_json::from_str(&text).expect("a name is no syntax")
}

/// One application on its way.
struct Sync {
    name: String,
    order: Vec<usize>,
    all: Vec<Wanted>,
    refused: Vec<Wanted>,
}

impl Sync {
    /// Applies everything once. Whatever is refused must be refused by the gate.
    fn begin(tool: &Tool, name: String, order: Vec<usize>) -> Self {
        let all = repository(&name);
        let mut refused = Vec::new();
        for wanted in order.iter().map(|at| &all[*at]) {
            if let Err(why) = tool.apply(wanted) {
                let gated = ["is part of no launch", "may not run yet"];
                let is_gated = gated.iter().any(|part| why.contains(part));
                assert!(
                    wanted.kind() == "Deployment" && is_gated,
                    "{} is refused in the order {order:?}: {why}",
                    wanted.kind()
                );
                refused.push(wanted.clone());
            }
        }
        let place = |kind: &str| {
            let is_it = |at: &usize| all[*at].kind() == kind;
            order.iter().rposition(is_it)
        };
        assert!(
            place("Deployment") > place("ReadinessAttestation") || !refused.is_empty(),
            "let run unsigned in the order {order:?}"
        );
        Self {
            name,
            order,
            all,
            refused,
        }
    }
}

#[test]
fn an_application_converges_in_whatever_order_it_is_applied() {
    let testbed = Testbed::shared();
    let seed = seed();
    println!("{SEED}={seed}");
    roles(testbed);
    testbed.policy(
        "gitops",
        json!({
            "checklists": ["essentials"],
            "launch": {"signOffs": ["devops", "security"], "gate": "Deny", "laterRollouts": "Deny"},
        }),
    );
    let tool = Tool::new(testbed, &[&AMY, &BOB, &CYD]);
    let orders = orders(repository("any").len(), seed);
    let many = orders.len();
    let mut syncs = Vec::new();
    for (at, order) in orders.into_iter().enumerate() {
        let name = format!("gitops-{at:02}");
        let labels = json!({"policy": "gitops"});
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
        let made = tool.apply(&Wanted {
            by: "",
            object: namespace,
        });
        made.unwrap_or_else(|why| panic!("{why}"));
        syncs.push(Sync::begin(&tool, name, order));
    }
    let at_once = syncs.iter().filter(|sync| sync.refused.is_empty()).count();

    // What was refused is applied again, round by round, and nothing else is done.
    let mut rounds = 0;
    let mut last = String::new();
    let round = || {
        rounds += 1;
        for sync in &mut syncs {
            let apply = |wanted: &Wanted| match tool.apply(wanted) {
                Ok(_) => false,
                Err(why) => {
                    last = format!("{} in the order {:?}: {why}", sync.name, sync.order);
                    true
                }
            };
            sync.refused.retain(apply);
        }
        Ok(syncs
            .iter()
            .all(|sync| sync.refused.is_empty())
            .then_some(()))
    };
    let settled = eventually("everything is let in", PATIENCE, round);
    settled.unwrap_or_else(|error| panic!("seed {seed}: {error}: {last}"));
    println!("{many} orders, {at_once} at once, the others within {rounds} more rounds");

    let mut first: Option<Value> = None;
    for sync in &syncs {
        let ready =
            |status: &Value| status["status"] == "Ready" && status["actualDate"].is_string();
        let live = testbed.until_launch(&sync.name, "agent", "it is ready and live", ready);
        assert_eq!(missing(&live["status"]), []);
        let verdict = verdict(&live, &sync.name);
        let first = first.get_or_insert_with(|| verdict.clone());
        assert_eq!(*first, verdict, "seed {seed}, order {:?}", sync.order);
    }
    for wanted in syncs.iter().flat_map(|sync| &sync.all) {
        unchanged(&tool, wanted);
    }
}

/// Whoever applies an object again changes nothing, and sees nothing that is otherwise than wanted.
fn unchanged(tool: &Tool, wanted: &Wanted) {
    let kind = wanted.kind();
    let look = || {
        let before = tool.get(wanted);
        let after = tool
            .apply(wanted)
            .unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert_eq!(meant(&before), meant(&after), "{kind}");
        assert_eq!(drift(&wanted.object, &after, kind), [] as [String; 0]);
        let annotations = after["metadata"]["annotations"].to_string();
        assert!(!annotations.contains(API), "{annotations}");
        let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
        // Controllers write a status now and then.
        Ok((version(&before) == version(&after)).then_some(()))
    };
    eventually("applying it again writes nothing", PATIENCE, look)
        .unwrap_or_else(|error| panic!("{kind}: {error}"));
}
