//! Where the programs come from: `KUBEBUILDER_ASSETS` when set, else the cache that `build.sh` fills.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::components::Component;
use crate::error::Error;
use crate::options::Components;

/// A folder with the programs of a control plane.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Finds the programs that `components` and kubectl need; builds nothing.
    pub(crate) fn locate(components: Option<Components>) -> Result<Programs, Error> {
        let needed = Component::ALL
            .into_iter()
            .filter(|c| components.is_some_and(|wanted| c.part_of() <= wanted))
            .map(Component::program)
            .chain(["kubectl"]);
        let assets = env::var_os("KUBEBUILDER_ASSETS").filter(|v| !v.is_empty());
        let (folder, from_assets) = match assets {
            Some(folder) => (PathBuf::from(folder), true),
            None => (cache()?, false),
        };
        for program in needed {
            if !folder.join(program).is_file() {
                let program = program.to_owned();
                return Err(if from_assets {
                    Error::NotInAssets { program, folder }
                } else {
                    Error::NotBuilt { program, folder }
                });
            }
        }
        // What is compared with /proc/<pid>/exe later has to be free of symbolic links.
        let folder = folder.canonicalize().map_err(Error::io("find", &folder))?;
        Ok(Programs { folder })
    }

    /// The folder, free of symbolic links.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program's path.
    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// The cache folder, whose name `build.sh` alone knows: it hashes what it builds from.
fn cache() -> Result<PathBuf, Error> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("build.sh");
    let output = Command::new("bash")
        .arg(&script)
        .arg("--path")
        .stdin(Stdio::null())
        .output()
        .map_err(Error::io("run bash", &script))?;
    // Its exit code says whether the build is complete, which the caller looks at program by program.
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if printed.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::io("ask for the cache folder with", &script)(
            std::io::Error::other(said),
        ));
    }
    Ok(PathBuf::from(printed))
}
