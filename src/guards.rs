//! The guards: ValidatingAdmissionPolicies that make attestations, exceptions and verdicts what they claim to be.
//!
//! They hold with the operator down. What they say is written with every default that the API server fills in, so that a live
//! guard is whole exactly where its spec equals this one.

mod sight;

use serde_json::{Value, json};

use crate::api::{API_VERSION, GROUP};
use crate::people::Verb;

pub use sight::{name, sight, wrongs};

/// The API group and version of the guards.
pub const VERSION: &str = "admissionregistration.k8s.io/v1";

/// Users that remove what its owner or its namespace leaves behind.
const COLLECTORS: [&str; 3] = [
    "system:serviceaccount:kube-system:generic-garbage-collector",
    "system:serviceaccount:kube-system:namespace-controller",
    "system:kube-controller-manager",
];

/// The names of the policies; each has a binding of the same name.
pub const NAMES: [&str; 4] = [
    "plimsoll-attestations",
    "plimsoll-exceptions",
    "plimsoll-exception-lifetimes",
    "plimsoll-verdicts",
];

/// The guards of an operator that is known to the API server by this user name: each policy before its binding.
pub fn objects(operator: &str) -> Vec<Value> {
    let policies = [
        attestations(),
        exceptions(),
        lifetimes(),
        verdicts(operator),
    ];
    let both = policies.into_iter().zip(NAMES).map(|(spec, name)| {
        let params = spec.get("paramKind").is_some();
        [policy(name, spec), binding(name, params)]
    });
    both.flatten().collect()
}

fn policy(name: &str, spec: Value) -> Value {
    json!({
        "apiVersion": VERSION, "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "plimsoll"}},
        "spec": spec,
    })
}

fn binding(name: &str, has_params: bool) -> Value {
    let mut spec = json!({"policyName": name, "validationActions": ["Deny"]});
    if has_params {
        // Every policy is looked at; each says only what it says of its own exceptions.
        spec["paramRef"] = json!({"selector": {}, "parameterNotFoundAction": "Allow"});
    }
    json!({
        "apiVersion": VERSION, "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "plimsoll"}},
        "spec": spec,
    })
}

fn spec(
    rules: &[(&[&str], &[&str])],
    variables: &[(&str, &str)],
    validations: &[(&str, &str)],
) -> Value {
    let rules = rules.iter().map(|(resources, operations)| {
        json!({
            "apiGroups": [GROUP], "apiVersions": ["*"], "operations": operations, "resources": resources, "scope": "*",
        })
    });
    let validations = validations.iter().map(|(expression, message)| {
        json!({"expression": expression, "message": message, "reason": "Forbidden"})
    });
    let mut spec = json!({
        "failurePolicy": "Fail",
        "matchConstraints": {
            "matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {},
            "resourceRules": rules.collect::<Vec<_>>(),
        },
        "validations": validations.collect::<Vec<_>>(),
    });
    if !variables.is_empty() {
        let variables = variables
            .iter()
            .map(|(name, expression)| json!({"name": name, "expression": expression}));
        spec["variables"] = variables.collect();
    }
    spec
}

/// Who attests is who says so, is a person, and has the role.
fn attestations() -> Value {
    let role = format!(
        "request.operation != 'CREATE' || !has(object.spec.items) || authorizer.group('{GROUP}').resource('{}')\
         .namespace(object.metadata.namespace).name(object.spec.role)\
         .check(has(object.spec.signOff) && object.spec.signOff ? '{}' : '{}').allowed()",
        Verb::Sign.resource(),
        Verb::Sign.name(),
        Verb::Attest.name(),
    );
    let approves = format!(
        "request.operation != 'CREATE' || !has(object.spec.approves) || authorizer.group('{GROUP}').resource('{}')\
         .namespace(object.metadata.namespace).name(object.spec.approves.name).check('{}').allowed()",
        Verb::Approve.resource(),
        Verb::Approve.name(),
    );
    spec(
        &[(&["readinessattestations"], &["CREATE", "UPDATE"])],
        &[
            (
                "groups",
                "has(request.userInfo.groups) ? request.userInfo.groups : []",
            ),
            (
                "claimed",
                "has(object.spec.approver.groups) ? object.spec.approver.groups : []",
            ),
        ],
        &[
            (
                "request.operation == 'CREATE' || object.spec == oldObject.spec",
                "an attestation cannot be changed: delete it and write another",
            ),
            (
                "request.operation != 'CREATE' || object.spec.approver.username == request.userInfo.username",
                "spec.approver.username must be the user who writes the attestation; `plimsoll attest` fills it in",
            ),
            (
                "request.operation != 'CREATE' || (variables.claimed.all(g, g in variables.groups) && \
                 variables.groups.all(g, g in variables.claimed))",
                "spec.approver.groups must be the groups of the user who writes the attestation; `plimsoll attest` fills them in",
            ),
            (
                "request.operation != 'CREATE' || (!request.userInfo.username.startsWith('system:serviceaccount:') && \
                 !('system:serviceaccounts' in variables.groups))",
                "only people attest: a ServiceAccount cannot",
            ),
            (
                &role,
                "RBAC does not grant you the role: ask for the verb attest (sign, for a sign-off) on signoffs of plimsoll.dev, with \
                 the role as the resource name",
            ),
            (
                &approves,
                "RBAC does not let you approve this exception: ask for the verb approve on readinessexceptions of plimsoll.dev",
            ),
        ],
    )
}

/// Who asks for an exception is who says so, and may.
fn exceptions() -> Value {
    let grant = format!(
        "request.operation != 'CREATE' || authorizer.group('{GROUP}').resource('{}').namespace(object.metadata.namespace)\
         .name(object.spec.policy).check('{}').allowed()",
        Verb::Grant.resource(),
        Verb::Grant.name(),
    );
    spec(
        &[(&["readinessexceptions"], &["CREATE", "UPDATE"])],
        &[],
        &[
            (
                "request.operation == 'CREATE' || object.spec == oldObject.spec",
                "an exception cannot be changed: delete it and ask for another",
            ),
            (
                "request.operation != 'CREATE' || object.spec.requestedBy == request.userInfo.username",
                "spec.requestedBy must be the user who writes the exception",
            ),
            (
                &grant,
                "RBAC does not let you grant exceptions of this policy: ask for the verb grant on readinessexceptions of \
                 plimsoll.dev, with the policy as the resource name",
            ),
            (
                "request.operation != 'CREATE' || timestamp(object.spec.expiresAt) > timestamp(object.metadata.creationTimestamp)",
                "spec.expiresAt has passed already",
            ),
        ],
    )
}

/// An exception lasts no longer than its policy allows, from its creation.
fn lifetimes() -> Value {
    let mut spec = spec(
        &[(&["readinessexceptions"], &["CREATE"])],
        &[
            (
                "longest",
                "has(params.spec.exceptions) && has(params.spec.exceptions.maxLifetime) ? params.spec.exceptions.maxLifetime : '30d'",
            ),
            (
                "limit",
                "variables.longest.endsWith('d') ? duration(string(int(variables.longest.replace('d', '')) * 24) + 'h') : \
                 duration(variables.longest)",
            ),
        ],
        &[(
            "params.metadata.name != object.spec.policy || timestamp(object.spec.expiresAt) <= \
             timestamp(object.metadata.creationTimestamp) + variables.limit",
            "the exception would last longer than spec.exceptions.maxLifetime of its policy allows",
        )],
    );
    spec["paramKind"] = json!({"apiVersion": API_VERSION, "kind": "ReadinessPolicy"});
    spec
}

/// Only the operator writes reports and status.
fn verdicts(operator: &str) -> Value {
    let collectors = COLLECTORS.map(|user| format!("'{user}'")).join(", ");
    let expression = format!(
        "request.userInfo.username == '{operator}' || request.userInfo.username in [{collectors}]"
    );
    spec(
        &[
            (&["readinessreports"], &["CREATE", "UPDATE", "DELETE"]),
            (
                &[
                    "readinesschecklists/status",
                    "readinessexceptions/status",
                    "readinesslaunches/status",
                    "readinesspolicies/status",
                ],
                &["UPDATE"],
            ),
        ],
        &[],
        &[(&expression, "only Plimsoll writes reports and status")],
    )
}

/// Whether a live guard says what it should.
pub fn is_whole(live: &Value, wanted: &Value) -> bool {
    live["spec"] == wanted["spec"] && live["metadata"]["deletionTimestamp"].is_null()
}
