use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity, Termination};

pub(super) static CHECK: Check = Check {
    id: "gateway-tls",
    title: "Listeners that end TLS have a certificate",
    why: "A listener of a Gateway with the protocol HTTPS, or TLS that ends there, cannot greet any client without a \
          certificate: the Gateway is accepted, the listener is not programmed. Something of the controller's own counts as \
          one (`tls.options`, Google's annotation for a certificate map). Whether the Secrets exist is not looked up.",
    fix: "Name a Secret with the certificate in `tls.certificateRefs` of the listener (cert-manager makes it), or set `tls.mode: \
          Passthrough` where the backend has it.",
    source: "https://gateway-api.sigs.k8s.io/guides/tls/",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/gatewayTLSMissing"],
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
  - name: https
    port: 443
    protocol: HTTPS
",
    good: r"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public}
spec:
  gatewayClassName: example
  listeners:
  - name: https
    port: 443
    protocol: HTTPS
    tls:
      certificateRefs:
      - {name: shop-tls}
",
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::Gateway(gateway) = object else {
        findings.not_applicable();
        return Ok(());
    };
    for (index, listener) in gateway.listeners.iter().enumerate() {
        let is_bare = listener.termination == Termination::Here
            && listener.certificates.is_empty()
            && !gateway.has_own_certificates;
        if is_bare {
            let name = &listener.name;
            findings.fail(
                Place::field(format!("/spec/listeners/{index}/tls/certificateRefs"))
                    .about(name.clone()),
                format!(
                    "listener {name} ends TLS without a certificate: name one in certificateRefs"
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
    fn only_where_tls_ends_is_a_certificate_needed() {
        let gateway = |meta: &str, listener: &str| {
            format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {{name: g{meta}}}, spec: {{listeners: [{{name: l, {listener}}}]}}}}"
            )
        };
        let bare = "listener l ends TLS without a certificate";
        for (listener, verdict, parts) in [
            ("protocol: HTTP", Pass, &[][..]),
            ("protocol: HTTPS", Fail, &[bare]),
            ("protocol: HTTPS, tls: {certificateRefs: []}", Fail, &[bare]),
            ("protocol: TLS", Fail, &[bare]),
            ("protocol: TLS, tls: {mode: Passthrough}", Pass, &[]),
            (
                "protocol: HTTPS, tls: {options: {example.com/cert: a}}",
                Pass,
                &[],
            ),
            ("protocol: TCP", Pass, &[]),
        ] {
            assert_on(&CHECK, &[(&gateway("", listener), verdict, parts)]);
        }
        let google = ", annotations: {networking.gke.io/certmap: shop}";
        assert_on(&CHECK, &[(&gateway(google, "protocol: HTTPS"), Pass, &[])]);
    }
}
