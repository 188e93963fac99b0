use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, RoutesFrom, Severity};

pub(super) static CHECK: Check = Check {
    id: "gateway-allowed-routes",
    title: "Listeners say whose routes they take",
    why: "A listener that takes routes of all namespaces (`from: All`) lets whoever may write a route in any of them answer \
          under its hosts, and take paths away from others. By default a listener takes those of the Gateway's own namespace.",
    fix: "Set `allowedRoutes.namespaces` to `from: Selector`, and label the namespaces that are meant.",
    source: "https://gateway-api.sigs.k8s.io/concepts/security-model/",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/gatewayAllowedRoutesAll"],
    subjects: KindSet::of(&[Kind::Gateway]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec:
  gatewayClassName: example
  listeners:
  - name: http
    port: 80
    protocol: HTTP
    allowedRoutes:
      namespaces: {from: All}
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec:
  gatewayClassName: example
  listeners:
  - name: http
    port: 80
    protocol: HTTP
    allowedRoutes:
      namespaces:
        from: Selector
        selector:
          matchLabels: {exposed: 'true'}
",
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Gateway(gateway) = object else {
        findings.not_applicable();
        return Ok(());
    };
    for (index, listener) in gateway.listeners.iter().enumerate() {
        let takes_all = match &listener.from {
            RoutesFrom::All => true,
            RoutesFrom::Selected(selector) => selector.is_empty(),
            RoutesFrom::Same | RoutesFrom::None => false,
        };
        if takes_all {
            let name = &listener.name;
            let path = format!("/spec/listeners/{index}/allowedRoutes/namespaces");
            findings.fail(
                Place::field(path).about(name.clone()),
                format!(
                    "listener {name} takes routes of every namespace: select those that are meant"
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_selector_of_everything_is_everything() {
        for (namespaces, verdict, parts) in [
            ("from: Same", Pass, &[][..]),
            (
                "from: All",
                Fail,
                &["listener l takes routes of every namespace"],
            ),
            (
                "from: Selector, selector: {}",
                Fail,
                &["listener l takes routes of every"],
            ),
            ("from: Selector, selector: {matchLabels: {a: b}}", Pass, &[]),
        ] {
            let gateway = format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g}}, spec: \
                 {{listeners: [{{name: l, allowedRoutes: {{namespaces: {{{namespaces}}}}}}}]}}}}"
            );
            assert_on(&CHECK, &[(&gateway, verdict, parts)]);
        }
    }
}
