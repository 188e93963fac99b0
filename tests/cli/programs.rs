//! Programs that charts and kustomizations are rendered by, on a PATH of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::scratch::Scratch;

/// A folder with nothing but these programs in it.
pub(crate) struct Programs(Scratch);

impl Programs {
    /// None of them.
    pub(crate) fn none(test: &str) -> Self {
        Self(Scratch::new(&format!("{test}-bin")))
    }

    /// With the Helm of the tests.
    pub(crate) fn helm(self) -> Self {
        let helm = built("tests/helm/build.sh", "make helm");
        self.link("helm", &helm)
    }

    /// With the control plane's kubectl.
    pub(crate) fn kubectl(self) -> Self {
        let folder = built("tests/controlplane/build.sh", "make controlplane");
        self.link("kubectl", &folder.join("kubectl"))
    }

    /// With a program that is a shell script.
    pub(crate) fn script(self, name: &str, script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;

        self.0.write(name, format!("#!/bin/sh\n{script}\n"));
        let path = self.0.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it may be run");
        self
    }

    fn link(self, name: &str, program: &Path) -> Self {
        std::os::unix::fs::symlink(program, self.0.path().join(name)).expect("it can be linked");
        self
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Where a script says that something was built.
fn built(script: &str, how: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = Command::new(script).arg("--path").output();
    let output = output.expect("the script runs");
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "{path} is not there: run {how}");
    PathBuf::from(path)
}
