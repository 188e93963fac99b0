use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "dns-ndots",
    title: "Names are asked for once, not once for each search domain",
    why: "The kubelet sets `ndots:5`: a name with fewer than five dots, as most names on the internet are, is first looked \
          for in each of the cluster's search domains, so that every lookup of `api.example.com` is four or five, twice \
          over where IPv6 is asked for. Busy pods overload the cluster's DNS that way. With `ndots:2`, names of the \
          cluster such as `web.shop` still work. Names that are written with a dot at the end need none of it: a policy \
          that wants this lists this check. Pods that do not use the cluster's DNS are not judged.",
    fix: "Set the option `ndots` to 2 under `dnsConfig.options`.",
    source: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",
    severity: Severity::Advice,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kube-linter/dnsconfig-options"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[MOST],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
  dnsConfig:
    options:
    - {name: ndots, value: '5'}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
  dnsConfig:
    options:
    - {name: ndots, value: '2'}
",
    run: Run::Workload(run),
};

const MOST: Param = Param {
    name: "max",
    doc: "The highest ndots that passes.",
    kind: ParamKind::Integer {
        default: 2,
        minimum: 0,
        maximum: 15,
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let most = context.integer(MOST.name);
    match workload.pod.ndots {
        None => findings.not_applicable(),
        Some(dots) if i64::from(dots) > most => {
            let at = Place::pod(workload, "/dnsConfig/options");
            let problem =
                format!("ndots is {dots}: most names are looked up in each search domain");
            findings.fail(at, format!("{problem}; set it to {most}"));
        }
        Some(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn the_default_of_the_kubelet_is_five() {
        let five = "- /spec/dnsConfig/options : ndots is 5:";
        let options = |options: &str| format!("dnsConfig: {{options: [{options}]}}");
        for (spec, expected, parts) in [
            (String::new(), Fail, &[five][..]),
            ("dnsPolicy: ClusterFirst".to_owned(), Fail, &[five]),
            ("dnsPolicy: Default".to_owned(), NotApplicable, &[]),
            ("dnsPolicy: None".to_owned(), NotApplicable, &[]),
            ("hostNetwork: true".to_owned(), NotApplicable, &[]),
            (
                "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet".to_owned(),
                Fail,
                &[five],
            ),
            (options("{name: ndots, value: '2'}"), Pass, &[]),
            (options("{name: ndots, value: '1'}"), Pass, &[]),
            (options("{name: ndots, value: '3'}"), Fail, &["ndots is 3"]),
            (options("{name: edns0}"), Fail, &[five]),
            (options("{name: ndots, value: many}"), Fail, &[five]),
            // Of several, the last one counts.
            (
                options("{name: ndots, value: '2'}, {name: ndots, value: '6'}"),
                Fail,
                &["ndots is 6"],
            ),
            (
                format!("dnsPolicy: None, {}", options("{name: ndots, value: '6'}")),
                Fail,
                &["ndots is 6"],
            ),
        ] {
            let spec = format!("{{containers: [{{name: web}}], {spec}}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
        let three =
            "{containers: [{name: web}], dnsConfig: {options: [{name: ndots, value: '3'}]}}";
        assert_on_pods_with(&CHECK, serde_json::json!({"max": 3}), &[(three, Pass, &[])]);
    }
}
