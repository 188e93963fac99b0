use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "gateway-client-validation",
    title: "Gateways that ask clients for a certificate insist on a valid one",
    why: "With `mode: AllowInsecureFallback`, a Gateway lets in clients without a certificate, or with one that does not \
          hold, and leaves it to the backends to find out: whoever relies on mutual TLS does not have it.",
    fix: "Set the mode to `AllowValidOnly`, or leave it out.",
    source: "https://gateway-api.sigs.k8s.io/geps/gep-91/",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/gatewayInsecureFrontendValidation"],
    subjects: KindSet::of(&[Kind::Gateway]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: partners}
spec:
  gatewayClassName: example
  tls:
    frontend:
      default:
        validation:
          mode: AllowInsecureFallback
          caCertificateRefs:
          - {group: '', kind: ConfigMap, name: partners-ca}
  listeners:
  - name: https
    port: 443
    protocol: HTTPS
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: partners}
spec:
  gatewayClassName: example
  tls:
    frontend:
      default:
        validation:
          caCertificateRefs:
          - {group: '', kind: ConfigMap, name: partners-ca}
  listeners:
  - name: https
    port: 443
    protocol: HTTPS
",
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Gateway(gateway) = object else {
        findings.not_applicable();
        return Ok(());
    };
    for place in &gateway.lets_in_anybody {
        let path = match place {
            None => "/spec/tls/frontend/default/validation/mode".to_owned(),
            Some(index) => format!("/spec/tls/frontend/perPort/{index}/tls/validation/mode"),
        };
        findings.fail(
            Place::field(path.clone()).about(path),
            "AllowInsecureFallback lets in clients without a valid certificate: set AllowValidOnly",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_port_may_have_a_mode_of_its_own() {
        let open = "validation: {mode: AllowInsecureFallback}";
        let of_port = format!("perPort: [{{port: 1}}, {{port: 2, tls: {{{open}}}}}]");
        for (frontend, verdict, parts) in [
            (
                format!("default: {{{open}}}"),
                Fail,
                &["default/validation/mode"][..],
            ),
            (of_port, Fail, &["perPort/1/tls/validation/mode"]),
            (
                "default: {validation: {mode: AllowValidOnly}}".to_owned(),
                Pass,
                &[],
            ),
        ] {
            let gateway = format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g}}, spec: {{tls: {{frontend: {{{frontend}}}}}}}}}"
            );
            assert_on(&CHECK, &[(&gateway, verdict, parts)]);
        }
    }
}
