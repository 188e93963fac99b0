//! Facts about the objects around workloads.

use super::{decoded, read};
use crate::model::{
    Amount, Amounts, Binding, Grantee, IntOrPercent, Kind, Labels, LimitRange, NetworkPolicy,
    Object, PodDisruptionBudget, Selector, Traffic,
};

fn budget(manifest: &str) -> PodDisruptionBudget {
    let manifest = format!("metadata: {{name: web, namespace: shop}}\n{manifest}");
    match read(Kind::PodDisruptionBudget, &manifest) {
        Ok(Object::PodDisruptionBudget(budget)) => *budget,
        other => panic!("{other:?}"),
    }
}

fn labels(text: &str) -> Labels {
    let label = |pair: &str| {
        pair.split_once('=')
            .map(|(key, value)| (key.into(), value.into()))
    };
    text.split_whitespace().filter_map(label).collect()
}

/// Which of these label sets a selector selects.
fn selected<'a>(selector: Option<&Selector>, sets: &[&'a str]) -> Vec<&'a str> {
    let is_selected = |set: &&&str| selector.is_some_and(|selector| selector.matches(&labels(set)));
    sets.iter().filter(is_selected).copied().collect()
}

#[test]
fn an_empty_selector_and_none_mean_what_they_mean_in_each_field() {
    let sets = ["", "app=web", "app=api"];
    let of_budget = |version: &str, selector: &str| {
        let budget = budget(&format!("apiVersion: {version}\nspec: {{{selector}}}"));
        selected(budget.selector.as_ref(), &sets)
    };
    assert_eq!(of_budget("policy/v1", ""), [""; 0]);
    assert_eq!(of_budget("policy/v1", "selector: null"), [""; 0]);
    assert_eq!(of_budget("policy/v1", "selector: {}"), sets);
    assert_eq!(
        of_budget(
            "policy/v1",
            "selector: {matchLabels: {}, matchExpressions: []}"
        ),
        sets
    );
    assert_eq!(
        of_budget("policy/v1", "selector: {matchLabels: {app: web}}"),
        ["app=web"]
    );
    // Convert_v1beta1_PodDisruptionBudget_To_policy_PodDisruptionBudget
    assert_eq!(of_budget("policy/v1beta1", "selector: {}"), [""; 0]);
    assert_eq!(of_budget("policy/v1beta1", ""), [""; 0]);
    assert_eq!(
        of_budget("policy/v1beta1", "selector: {matchLabels: {app: web}}"),
        ["app=web"]
    );

    let of_policy = |spec: &str| selected(Some(&network_policy(spec).selector), &sets);
    assert_eq!(of_policy("{}"), sets);
    assert_eq!(of_policy("{podSelector: {}}"), sets);
    assert_eq!(
        of_policy("{podSelector: {matchLabels: {app: api}}}"),
        ["app=api"]
    );

    let of_service = |spec: &str| match decoded(Kind::Service, &format!("spec: {spec}")) {
        Object::Service(service) => selected(service.selector.as_ref(), &sets),
        other => panic!("{other:?}"),
    };
    assert_eq!(of_service("{}"), [""; 0]);
    assert_eq!(of_service("{selector: {}}"), [""; 0]);
    assert_eq!(of_service("{selector: {app: web}}"), ["app=web"]);
}

#[test]
fn expressions_are_all_of_them_required() {
    let sets = ["", "app=web", "app=api", "app=web tier=front", "tier=front"];
    for (selector, expected) in [
        (
            "{matchExpressions: [{key: app, operator: In, values: [web]}]}",
            &["app=web", "app=web tier=front"][..],
        ),
        (
            "{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
            &["", "app=api", "tier=front"][..],
        ),
        (
            "{matchExpressions: [{key: app, operator: Exists}]}",
            &["app=web", "app=api", "app=web tier=front"][..],
        ),
        (
            "{matchExpressions: [{key: app, operator: DoesNotExist, values: []}]}",
            &["", "tier=front"][..],
        ),
        (
            "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: Exists}]}",
            &["app=web tier=front"][..],
        ),
        (
            "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [api]}]}",
            &[][..],
        ),
        // The API server refuses these.
        ("{matchExpressions: [{key: app, operator: In}]}", &[][..]),
        (
            "{matchExpressions: [{key: app, operator: Exists, values: [web]}]}",
            &[][..],
        ),
        (
            "{matchExpressions: [{key: app, operator: Gt, values: ['1']}]}",
            &[][..],
        ),
        ("{matchExpressions: [{}]}", &[][..]),
    ] {
        let budget = budget(&format!("spec: {{selector: {selector}}}"));
        assert_eq!(
            selected(budget.selector.as_ref(), &sets),
            expected,
            "{selector}"
        );
    }
}

#[test]
fn numbers_and_percentages_are_told_apart() {
    for (written, expected) in [
        ("2", IntOrPercent::Int(2)),
        ("0", IntOrPercent::Int(0)),
        ("-1", IntOrPercent::Int(-1)),
        ("50%", IntOrPercent::Percent(50)),
        ("'50%'", IntOrPercent::Percent(50)),
        ("'2'", IntOrPercent::Invalid("2".into())),
        ("half", IntOrPercent::Invalid("half".into())),
    ] {
        assert_eq!(
            budget(&format!("spec: {{minAvailable: {written}}}")).min_available,
            Some(expected),
            "{written}"
        );
    }
    assert_eq!(budget("spec: {maxUnavailable: 1}").min_available, None);
}

fn network_policy(spec: &str) -> NetworkPolicy {
    match decoded(Kind::NetworkPolicy, &format!("spec: {spec}")) {
        Object::NetworkPolicy(policy) => *policy,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_network_policy_isolates_by_its_types_and_allows_by_its_rules() {
    use Traffic::{AllAllowed, NotIsolated, Restricted};
    for (spec, ingress, egress) in [
        ("{}", Restricted, NotIsolated),
        ("{ingress: []}", Restricted, NotIsolated),
        ("{ingress: [{}]}", AllAllowed, NotIsolated),
        ("{ingress: [{from: []}]}", AllAllowed, NotIsolated),
        (
            "{ingress: [{from: [{podSelector: {}}]}]}",
            Restricted,
            NotIsolated,
        ),
        (
            "{ingress: [{ports: [{port: 80}]}]}",
            Restricted,
            NotIsolated,
        ),
        (
            "{ingress: [{ports: [{port: 80}]}, {from: null}]}",
            AllAllowed,
            NotIsolated,
        ),
        ("{egress: [{}]}", Restricted, AllAllowed),
        ("{egress: []}", Restricted, NotIsolated),
        ("{policyTypes: [Egress]}", NotIsolated, Restricted),
        (
            "{policyTypes: [Egress], ingress: [{}], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}",
            NotIsolated,
            Restricted,
        ),
        (
            "{policyTypes: [Ingress, Egress], egress: [{}]}",
            Restricted,
            AllAllowed,
        ),
        ("{policyTypes: []}", Restricted, NotIsolated),
    ] {
        let policy = network_policy(spec);
        assert_eq!((policy.ingress, policy.egress), (ingress, egress), "{spec}");
    }
}

fn limit_range(limits: &str) -> LimitRange {
    match decoded(Kind::LimitRange, &format!("spec: {{limits: {limits}}}")) {
        Object::LimitRange(range) => *range,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_limit_range_gives_containers_what_it_says_of_containers() {
    let amounts = |cpu: Option<&str>, memory: Option<&str>| Amounts {
        cpu: cpu.map(Amount::parse),
        memory: memory.map(Amount::parse),
        ephemeral_storage: None,
    };
    for (limits, expected_limits, expected_requests) in [
        (
            "[{type: Container, default: {cpu: 1}}]",
            amounts(Some("1"), None),
            amounts(Some("1"), None),
        ),
        (
            "[{type: Container, defaultRequest: {cpu: 1}}]",
            amounts(None, None),
            amounts(Some("1"), None),
        ),
        (
            "[{type: Container, max: {memory: 1Gi}}]",
            amounts(None, Some("1Gi")),
            amounts(None, Some("1Gi")),
        ),
        (
            "[{type: Container, min: {memory: 1Mi}}]",
            amounts(None, None),
            amounts(None, Some("1Mi")),
        ),
        (
            "[{type: Container, max: {cpu: 4}, default: {cpu: 2}, defaultRequest: {cpu: 1}, min: {cpu: 100m}}]",
            amounts(Some("2"), None),
            amounts(Some("1"), None),
        ),
    ] {
        let range = limit_range(limits);
        let [item] = &range.containers[..] else {
            panic!("one item: {limits}")
        };
        assert_eq!(
            (&item.limits, &item.requests),
            (&expected_limits, &expected_requests),
            "{limits}"
        );
    }
    for others in [
        "[{type: Pod, max: {cpu: 1}}, {type: PersistentVolumeClaim, max: {storage: 1Gi}}]",
        "[{max: {cpu: 1}}]",
        "[]",
    ] {
        assert!(limit_range(others).containers.is_empty(), "{others}");
    }
    assert_eq!(
        limit_range("[{type: Container}, {type: Pod}, {type: Container}]")
            .containers
            .len(),
        2
    );
}

fn binding(kind: Kind, fields: &str) -> Binding {
    match decoded(kind, fields) {
        Object::Binding(binding) => *binding,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_binding_grants_a_role_to_some() {
    let account = |namespace: &str| Grantee::ServiceAccount {
        namespace: namespace.into(),
        name: "a".into(),
    };
    for (subject, expected) in [
        (
            "{kind: ServiceAccount, name: a, namespace: other}",
            Some(account("other")),
        ),
        // The API server asks for the namespace; whoever makes a manifest's namespace up makes this one up, too.
        ("{kind: ServiceAccount, name: a}", Some(account("shop"))),
        (
            "{kind: Group, name: 'system:masters', apiGroup: rbac.authorization.k8s.io}",
            Some(Grantee::Group("system:masters".into())),
        ),
        (
            "{kind: User, name: jane}",
            Some(Grantee::User("jane".into())),
        ),
        ("{kind: Robot, name: r2}", None),
    ] {
        let fields = format!("roleRef: {{kind: ClusterRole, name: view}}\nsubjects: [{subject}]");
        let binding = binding(Kind::RoleBinding, &fields);
        assert_eq!(binding.grantees.first(), expected.as_ref(), "{subject}");
        assert_eq!(
            (binding.role_kind, &*binding.role_name),
            (Kind::ClusterRole, "view")
        );
    }
    let nobody = binding(
        Kind::ClusterRoleBinding,
        "roleRef: {kind: ClusterRole, name: view}",
    );
    assert!(nobody.grantees.is_empty());
    assert_eq!(
        binding(Kind::RoleBinding, "roleRef: {kind: Role, name: view}").role_kind,
        Kind::Role
    );
}

#[test]
fn a_role_keeps_its_rules_in_order() {
    let fields = "rules:
- {apiGroups: ['', apps], resources: [pods, deployments], verbs: [get], resourceNames: [web]}
- {nonResourceURLs: [/metrics], verbs: ['*']}";
    let Object::Role(role) = decoded(Kind::ClusterRole, fields) else {
        panic!("it is a role")
    };
    assert!(!role.is_aggregated);
    let [first, second] = &role.rules[..] else {
        panic!("two rules")
    };
    assert_eq!(
        (
            first.api_groups.len(),
            first.resources.len(),
            first.resource_names.len()
        ),
        (2, 2, 1)
    );
    assert_eq!(
        (&*second.non_resource_urls[0], &*second.verbs[0]),
        ("/metrics", "*")
    );
    let aggregated = decoded(
        Kind::ClusterRole,
        "aggregationRule: {clusterRoleSelectors: []}",
    );
    assert!(
        matches!(aggregated, Object::Role(role) if role.is_aggregated && role.rules.is_empty())
    );
}

#[test]
fn an_account_and_a_namespace_are_read() {
    let Object::ServiceAccount(account) =
        decoded(Kind::ServiceAccount, "automountServiceAccountToken: false")
    else {
        panic!("it is an account")
    };
    assert_eq!(account.automount_token, Some(false));
    let namespace = read(
        Kind::Namespace,
        "{metadata: {name: shop, labels: {env: prod}}, spec: {finalizers: [kubernetes]}}",
    );
    let Ok(Object::Namespace(meta)) = namespace else {
        panic!("it is a namespace")
    };
    assert_eq!(meta.labels.get("env").map(|value| &**value), Some("prod"));
}
