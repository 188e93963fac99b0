use crate::check::{Check, Context, Findings, Group, Judgement, Run, classes};
use crate::model::{IngressChoice, Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "ingress-class-exists",
    title: "A controller is named that serves the Ingress",
    why: "An Ingress whose IngressClass is not there, or that names none where no class is the default, is accepted, and no \
          controller serves it: nothing comes in. The annotation `kubernetes.io/ingress.class` names a controller that need \
          not have a class, and passes. In files, a class that is not among them may be in the cluster, so that the verdict \
          is Unknown.",
    fix: "Set `ingressClassName` to a class of the cluster (`kubectl get ingressclasses`), or make one the default by the \
          annotation `ingressclass.kubernetes.io/is-default-class`.",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::Ingress]),
    reads: KindSet::of(&[Kind::IngressClass]),
    params: &[],
    bad: r"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: public
  defaultBackend:
    service:
      name: web
      port: {number: 80}
",
    good: r"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: public
  defaultBackend:
    service:
      name: web
      port: {number: 80}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: public}
spec:
  controller: example.com/ingress
",
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Ingress(ingress) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let view = context.read(Kind::IngressClass)?;
    let at = Place::field("/spec/ingressClassName");
    match &ingress.choice {
        IngressChoice::Annotated(_) => {}
        IngressChoice::Class(name) => {
            let class = (Kind::IngressClass, name);
            classes::require(
                context,
                class,
                at,
                "so that no controller serves it",
                findings,
            )?;
        }
        IngressChoice::Default => {
            if view
                .classes(Kind::IngressClass)
                .any(|class| class.is_default)
            {
                return Ok(());
            }
            if context.may_exist_elsewhere() {
                findings.unknown(
                    at,
                    "it names no class: the cluster has to have a default one, which is not among the files",
                );
            } else {
                findings.fail(
                    at,
                    "it names no class and none is the default, so that no controller serves it: set ingressClassName",
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn a_class_is_named_or_there_is_a_default() {
        let ingress = |meta: &str, spec: &str| {
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web{meta}}}, spec: {{{spec}}}}}"
            )
        };
        let class = |annotations: &str| {
            format!(
                "\n---\n{{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {{name: public, annotations: {{{annotations}}}}}}}"
            )
        };
        let named = ingress("", "ingressClassName: public");
        let missing = "- /spec/ingressClassName : there is no IngressClass public";
        assert_running(&CHECK, &[(&named, Fail, &[missing])]);
        assert_running(&CHECK, &[(&(named.clone() + &class("")), Pass, &[])]);
        assert_on(
            &CHECK,
            &[(&named, Unknown, &["IngressClass public is not among"])],
        );
        let unsaid = ingress("", "");
        let default = class("ingressclass.kubernetes.io/is-default-class: 'true'");
        assert_running(&CHECK, &[(&(unsaid.clone() + &default), Pass, &[])]);
        let none = "it names no class and none is the default";
        assert_running(&CHECK, &[(&(unsaid.clone() + &class("")), Fail, &[none])]);
        assert_on(
            &CHECK,
            &[(&unsaid, Unknown, &["has to have a default one"])],
        );
        let annotated = ingress(", annotations: {kubernetes.io/ingress.class: nginx}", "");
        assert_running(&CHECK, &[(&annotated, Pass, &[])]);
    }
}
