//! The control plane itself, as its users see it. Needs the programs: `make controlplane`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use plimsoll_controlplane::{Component, ControlPlane, Error, Options, State, eventually};

/// Generous: the machine may be busy with something else.
const SOON: Duration = Duration::from_secs(60);

const WEB: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: proxy, image: "proxy:1", restartPolicy: Always}]
      containers: [{name: web, image: "web:1"}]
"#;

/// Processes of this crate that work on `dir`, by what the kernel says.
fn processes_in(dir: &Path) -> Vec<String> {
    let needle = format!("{}/", dir.display());
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let args = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let args = String::from_utf8_lossy(&args).replace('\0', " ");
        if Component::ALL.iter().any(|c| args.contains(c.program())) && args.contains(&needle) {
            found.push(args);
        }
    }
    found
}

/// A folder below `target` that belongs to one test.
fn folder(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&dir).unwrap();
    dir.canonicalize().unwrap()
}

fn controlplane(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_controlplane"))
        .args(args)
        .arg("--dir")
        .arg(dir)
        .output()
        .unwrap()
}

#[test]
fn two_run_side_by_side() {
    let (full, api) = thread::scope(|scope| {
        let api = scope.spawn(|| ControlPlane::launch(Options::api_only()).unwrap());
        (
            ControlPlane::launch(Options::default()).unwrap(),
            api.join().unwrap(),
        )
    });
    assert_eq!(full.processes().len(), 5);
    assert_eq!(api.processes().len(), 2);

    let zones = "jsonpath={.items[*].metadata.labels.topology\\.kubernetes\\.io/zone}";
    let zones = full.kubectl_ok(&["get", "nodes", "-o", zones]).unwrap();
    assert_eq!(zones, "zone-a zone-a zone-b zone-b zone-c zone-c");

    let log = full.audit_log().unwrap();
    let mark = log.mark().unwrap();
    full.apply(WEB).unwrap();
    full.kubectl_ok(&[
        "wait",
        "--for=condition=Available",
        "deployment/web",
        "--timeout=60s",
    ])
    .unwrap();
    let replicas = full.kubectl_ok(&[
        "get",
        "deploy",
        "web",
        "-o",
        "jsonpath={.status.readyReplicas}",
    ]);
    assert_eq!(replicas.unwrap(), "3");

    // Who created what, under the real users' names.
    let created = eventually(
        "the audit log has the Deployment and its Pods",
        SOON,
        || {
            let events = log.since(mark)?;
            let writes = events.iter().filter(|event| event.is_write());
            let (deployments, pods): (Vec<_>, Vec<_>) = writes
                .filter(|e| e.subresource.is_empty() && e.code == 201)
                .filter(|e| e.resource == "deployments" || e.resource == "pods")
                .cloned()
                .partition(|e| e.resource == "deployments");
            Ok((deployments.len() == 1 && pods.len() == 3).then_some((deployments, pods)))
        },
    );
    let (deployments, pods) = created.unwrap();
    assert_eq!(deployments[0].username, "admin");
    assert_eq!(
        (deployments[0].group.as_str(), deployments[0].name.as_str()),
        ("apps", "web")
    );
    let replica_sets = "system:serviceaccount:kube-system:replicaset-controller";
    assert!(pods.iter().all(|e| e.username == replica_sets), "{pods:?}");

    // The other one knows nothing of it, and takes Pods without a ServiceAccount.
    assert_eq!(
        api.kubectl_ok(&["get", "deployments", "-A", "-o", "name"])
            .unwrap(),
        ""
    );
    api.kubectl_ok(&["run", "bare", "--image=web:1"]).unwrap();

    let dirs = [full.dir().to_owned(), api.dir().to_owned()];
    assert_eq!(dirs.clone().map(|dir| processes_in(&dir).len()), [5, 2]);
    full.stop().unwrap();
    drop(api);
    for dir in dirs {
        assert_eq!(processes_in(&dir), Vec::<String>::new());
        assert!(!dir.exists(), "{} is left", dir.display());
    }
}

#[test]
fn a_service_account_has_its_own_rights_and_an_existing_cluster_no_audit_log() {
    let own = ControlPlane::launch(Options::api_only()).unwrap();
    own.kubectl_ok(&["create", "serviceaccount", "reader"])
        .unwrap();
    let kubeconfig = own
        .kubeconfig_for_service_account("default", "reader")
        .unwrap();

    let reader = ControlPlane::existing(&kubeconfig).unwrap();
    assert_eq!(
        (reader.endpoint(), reader.ca_pem()),
        (own.endpoint(), own.ca_pem())
    );
    let who = reader.kubectl_ok(&[
        "auth",
        "whoami",
        "-o",
        "jsonpath={.status.userInfo.username}",
    ]);
    assert_eq!(who.unwrap(), "system:serviceaccount:default:reader");
    let refused = reader.kubectl(&["get", "pods"]).unwrap();
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("Forbidden"),
        "{refused:?}"
    );

    let error = reader.audit_log().unwrap_err().to_string();
    assert!(error.contains("PLIMSOLL_TEST_KUBECONFIG"), "{error}");
    let missing = own
        .kubeconfig_for_service_account("default", "nobody")
        .unwrap_err()
        .to_string();
    assert!(missing.contains("\"nobody\" not found"), "{missing}");

    // Lent out, not owned.
    reader.stop().unwrap();
    own.kubectl_ok(&["get", "--raw", "/readyz"]).unwrap();
}

#[test]
fn a_program_that_ends_early_is_named_with_its_log() {
    let options = Options {
        api_server_args: vec!["--no-such-flag=1".to_owned()],
        ..Options::api_only()
    };
    let Err(error) = ControlPlane::launch(options) else {
        panic!("it started")
    };
    let Error::Exited {
        component: Component::ApiServer,
        log,
        tail,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert!(tail.contains("no-such-flag"), "{tail}");
    assert!(log.is_file(), "{error}");
    assert_eq!(
        processes_in(log.parent().unwrap().parent().unwrap()),
        Vec::<String>::new()
    );
}

#[test]
fn a_missing_program_is_named_with_the_command_that_builds_it() {
    let empty = folder("no-programs");
    let dir = folder("not-started");
    for (set, unset) in [
        ("KUBEBUILDER_ASSETS", "PLIMSOLL_CACHE"),
        ("PLIMSOLL_CACHE", "KUBEBUILDER_ASSETS"),
    ] {
        let up = Command::new(env!("CARGO_BIN_EXE_controlplane"))
            .env(set, &empty)
            .env_remove(unset)
            .args(["up", "--dir"])
            .arg(&dir)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&up.stderr);
        assert_eq!(up.status.code(), Some(2), "{error}");
        assert!(
            error.contains("etcd") && error.contains("`make controlplane`"),
            "{error}"
        );
    }
}

#[test]
fn a_folder_of_somebody_else_is_not_touched() {
    let dir = folder("somebody-else");
    fs::write(dir.join("thesis.txt"), "all of it").unwrap();
    let up = controlplane(&["up"], &dir);
    assert_eq!(up.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&up.stderr).contains("not made by a control plane"),
        "{up:?}"
    );
    assert_eq!(
        fs::read_to_string(dir.join("thesis.txt")).unwrap(),
        "all of it"
    );
}

#[test]
fn up_leaves_it_running_until_down() {
    let dir = folder("up");
    let up = controlplane(&["up", "--api-only"], &dir);
    assert!(up.status.success(), "{up:?}");
    let printed = String::from_utf8(up.stdout).unwrap();
    let kubeconfig = printed.trim().strip_prefix("export KUBECONFIG=").unwrap();
    let lent = ControlPlane::existing(kubeconfig).unwrap();
    lent.kubectl_ok(&["get", "namespace", "default"]).unwrap();

    assert!(controlplane(&["status"], &dir).status.success());
    let again = controlplane(&["up", "--api-only"], &dir);
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("already runs"),
        "{again:?}"
    );
    assert_eq!(processes_in(&dir).len(), 2);

    let down = controlplane(&["down"], &dir);
    assert!(
        String::from_utf8_lossy(&down.stderr).contains("stopped kube-apiserver"),
        "{down:?}"
    );
    assert_eq!(processes_in(&dir), Vec::<String>::new());
    assert_eq!(controlplane(&["status"], &dir).status.code(), Some(1));
    assert!(dir.join("logs/kube-apiserver.log").is_file());
}

#[test]
fn what_a_killed_process_started_is_stopped() {
    let dir = folder("killed");
    let mut up = Command::new(env!("CARGO_BIN_EXE_controlplane"))
        .args(["up", "--dir"])
        .arg(&dir)
        .spawn()
        .unwrap();
    eventually("etcd and the API server were started", SOON, || {
        let state = State::load(&dir)?;
        Ok(state.filter(|state| state.running().count() >= 2))
    })
    .unwrap();
    up.kill().unwrap();
    up.wait().unwrap();
    eventually("nothing runs any more", SOON, || {
        Ok(processes_in(&dir).is_empty().then_some(()))
    })
    .unwrap();
}
