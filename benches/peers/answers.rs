//! That each tool finds what was put into the files: what did not look cannot be compared.

use std::process::Output;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    files::{self, Files},
    input::Input,
    tool::Tool,
    verdicts,
};

/// Runs the tool on generated files once, and compares what it says with what is in them.
pub(crate) fn check(tool: &Tool, input: &Input) -> Result<()> {
    let Some(files) = &input.generated else {
        return Ok(());
    };
    let mut command = tool.command(input);
    let output = command
        .output()
        .with_context(|| format!("starting {:?}", command.get_program()))?;
    compare(tool, &output, files).with_context(|| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last: Vec<_> = stderr.trim().lines().rev().take(3).collect();
        format!(
            "{} ended with {} and said {last:?}",
            tool.name, output.status
        )
    })
}

/// Runs the tool on files of which nobody knows what is in them; what it says where it gave no answer.
pub(crate) fn given_up(tool: &Tool, input: &Input) -> Result<Option<String>> {
    let mut command = tool.command(input);
    let output = command
        .output()
        .with_context(|| format!("starting {:?}", command.get_program()))?;
    let answered = match tool.name {
        "parse-only" => output.status.success(),
        "kyverno" => text(&output.stdout).and_then(kyverno).is_ok(),
        _ => json(&output.stdout).is_ok(),
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last = stderr.trim().lines().last().unwrap_or_default();
    Ok((!answered).then(|| last.to_owned()))
}

fn compare(tool: &Tool, output: &Output, files: &Files) -> Result<()> {
    let ended = output.status.code();
    ensure!(
        ended.is_some_and(|status| tool.exits.contains(&status)),
        "it did not come to its end"
    );
    let stdout = &output.stdout;
    let (found, expected) = match tool.name {
        "plimsoll" => return verdicts::compare(stdout, files),
        "parse-only" => (text(stdout)?.trim().parse()?, files.count),
        "kube-score" => (kube_score(&json(stdout)?), writable(files)),
        "kube-linter" => (kube_linter(&json(stdout)?), writable(files)),
        "polaris" => (polaris(&json(stdout)?), writable(files)),
        "kubeconform" => {
            let valid = json(stdout)?["summary"]["valid"].as_u64();
            (valid.unwrap_or_default() as usize, files.count)
        }
        "gator" => (list(&json(stdout)?).len(), flaws(files)),
        "kyverno" => (kyverno(text(stdout)?)?, flaws(files)),
        other => anyhow::bail!("nobody knows what {other} should say"),
    };
    ensure!(
        found == expected,
        "it should have counted {expected}, and counted {found}"
    );
    Ok(())
}

/// How many containers may write to their own file system.
fn writable(files: &Files) -> usize {
    let lacks = |number: &usize| files::flaws(*number).contains(&"read-only-root-filesystem");
    (0..files.count).filter(lacks).count()
}

/// How many flaws there are: what those say that judge by our rules.
fn flaws(files: &Files) -> usize {
    (0..files.count)
        .map(|number| files::flaws(number).len())
        .sum()
}

fn kube_score(output: &Value) -> usize {
    const CHECK: &str = "container-security-context-readonlyrootfilesystem";
    let objects = list(output).iter();
    let graded = objects.flat_map(|object| list(&object["checks"]));
    let failed = graded.filter(|graded| graded["check"]["id"] == CHECK && graded["grade"] == 1);
    failed.count()
}

fn kube_linter(output: &Value) -> usize {
    let reports = list(&output["Reports"]).iter();
    let reports = reports.filter(|report| report["Check"] == "no-read-only-root-fs");
    reports.count()
}

fn polaris(output: &Value) -> usize {
    let objects = list(&output["Results"]).iter();
    let containers = objects.flat_map(|object| list(&object["PodResult"]["ContainerResults"]));
    let failed = containers.filter(|container| {
        container["Results"]["notReadOnlyRootFilesystem"]["Success"] == Value::Bool(false)
    });
    failed.count()
}

/// `pass: 792, fail: 8, warn: 0, error: 0, skip: 0`.
fn kyverno(output: &str) -> Result<usize> {
    let summary = output.lines().rev().find(|line| line.contains("fail: "));
    let fails = summary.and_then(|line| line.split("fail: ").nth(1));
    let fails = fails.and_then(|rest| rest.split(',').next());
    Ok(fails.context("it gives no summary")?.trim().parse()?)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn json(output: &[u8]) -> Result<Value> {
    serde_json::from_slice(output).context("what it prints is no JSON")
}

fn text(output: &[u8]) -> Result<&str> {
    Ok(std::str::from_utf8(output)?)
}
