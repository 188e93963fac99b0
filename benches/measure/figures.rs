//! Figures for whoever keeps them: `target/bench/<benchmark>.json`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

/// Where figures go.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench")
}

/// Writes a benchmark's figures; an error in a debug build, whose figures would mislead.
pub(crate) fn write(name: &str, figures: &impl Serialize) -> Result<()> {
    ensure!(
        !cfg!(debug_assertions),
        "no figures are written: this is a debug build, use cargo bench"
    );
    let folder = folder();
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join(name);
    fs::write(&file, serde_json::to_string_pretty(figures)? + "\n")
        .with_context(|| format!("writing {}", file.display()))?;
    println!("\nWritten to {}", file.display());
    Ok(())
}
