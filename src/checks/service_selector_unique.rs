use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Service, Severity};

pub(super) static CHECK: Check = Check {
    id: "service-selector-unique",
    title: "No other Service of the namespace has the same selector and ports",
    why: "Two Services that lead from the same ports to the same pods are mostly a copy whose selector nobody changed: what \
          was meant for one application goes to the other. A headless Service beside one with an address is how StatefulSets \
          are made, and Services of different ports or of different reach are for different clients: those pass. There are \
          good reasons for two names of one thing, so that this is advice.",
    fix: "Correct the selector of the one that was copied, or delete it.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
    severity: Severity::Advice,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["gatekeeper-library/uniqueserviceselector"],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - port: 80
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: web}
  ports:
  - port: 80
",
    good: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - port: 80
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports:
  - port: 80
",
    run: Run::Service(run),
};

fn run(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    if service.selector.is_none() {
        findings.not_applicable();
        return Ok(());
    }
    let view = context.read(Kind::Service)?;
    let is_same = |other: &Service| {
        other.headless == service.headless
            && other.reach == service.reach
            && other.ports.iter().any(|port| {
                let mut own = service.ports.iter();
                own.any(|own| own.number == port.number && own.protocol == port.protocol)
            })
    };
    for object in view.alike(service) {
        if let Object::Service(other) = object
            && is_same(other)
        {
            let name = &other.meta.key.name;
            findings.fail(
                Place::field("/spec/selector").about(name.clone()),
                format!(
                    "Service {name} leads from the same ports to the same pods: is one a copy?"
                ),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::verdict;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn only_a_copy_is_found() {
        let service = |name: &str, spec: &str| {
            format!(
                "{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
            )
        };
        let web = "selector: {app: web, tier: a}, ports: [{port: 80}]";
        for (other, expected) in [
            ("selector: {tier: a, app: web}, ports: [{port: 80}]", Fail),
            ("selector: {app: web}, ports: [{port: 80}]", Pass),
            ("selector: {app: web, tier: a}, ports: [{port: 81}]", Pass),
            (
                "selector: {app: web, tier: a}, ports: [{port: 80, protocol: UDP}]",
                Pass,
            ),
            (
                "selector: {app: web, tier: a}, clusterIP: None, ports: [{port: 80}]",
                Pass,
            ),
            (
                "selector: {app: web, tier: a}, type: NodePort, ports: [{port: 80}]",
                Pass,
            ),
        ] {
            let both = service("a", web) + "\n---\n" + &service("b", other);
            for (key, found, _) in verdict(&CHECK, &both) {
                assert_eq!(found, expected, "{key}: {other}");
            }
        }
    }
}
