use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "backend-tls-verified",
    title: "Gateways verify the certificates of backends",
    why: "With `insecureSkipVerify: true` in a BackendConfigPolicy of kgateway, the Gateway takes any certificate: whoever is on \
          the way to the backend can stand in for it, and reads what TLS was to hide.",
    fix: "Leave `insecureSkipVerify` out, and name the authority of the backend's certificate instead.",
    source: "https://gateway-api.sigs.k8s.io/guides/tls/",
    severity: Severity::High,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["polaris/kgatewayBackendTLSVerificationDisabled"],
    subjects: KindSet::of(&[Kind::BackendConfigPolicy]),
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: gateway.kgateway.dev/v1alpha1
kind: BackendConfigPolicy
metadata: {name: web}
spec:
  targetRefs:
  - {group: '', kind: Service, name: web}
  tls:
    insecureSkipVerify: true
",
    good: r"
apiVersion: gateway.kgateway.dev/v1alpha1
kind: BackendConfigPolicy
metadata: {name: web}
spec:
  targetRefs:
  - {group: '', kind: Service, name: web}
  tls:
    wellKnownCACertificates: System
",
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    match object {
        Object::BackendPolicy(policy) if policy.skips_verification => findings.fail(
            Place::field("/spec/tls/insecureSkipVerify"),
            "insecureSkipVerify is true, so that any certificate is taken: leave it out",
        ),
        _ => {}
    }
    Ok(())
}
