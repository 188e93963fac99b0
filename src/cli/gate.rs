//! `plimsoll gate`: a launch's verdict as an exit code, for pipelines.

use std::pin::pin;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use futures::StreamExt;
use kube::ResourceExt;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, watch_object};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use super::cluster::{self, Cluster, Connection};
use super::output;
use crate::api::{Expiry, LaunchStatus, Missing, Period, ReadinessLaunch, Status};

/// The launch is not as ready as is required.
const CLOSED: u8 = 1;

/// Arguments of `plimsoll gate`.
#[derive(Args)]
#[command(
    after_help = "Exit code: 0 as ready as --require asks, 1 not, 2 it cannot be said: no cluster, no such launch, or a \
                        status that is not about the launch as it is now."
)]
pub(super) struct Arguments {
    /// The launch.
    #[arg(value_name = "LAUNCH")]
    launch: String,

    #[command(flatten)]
    connection: Connection,

    /// How ready it must be.
    #[arg(long, value_enum, default_value_t = Require::Risks)]
    require: Require,

    /// Wait so long until it is: 90s, 10m, 2h. Also for a launch that is not there yet.
    #[arg(long, value_name = "TIME")]
    wait: Option<Period>,

    /// How to write it.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Require {
    /// Nothing is open.
    Ready,
    /// Nothing critical is open: what is waived, accepted or high is a risk.
    Risks,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs: see docs/cli.md.
    Json,
}

/// What is known of a launch.
enum Word<'a> {
    /// A verdict.
    Said(Status, &'a LaunchStatus),
    /// Nothing about the launch as it is now, and why.
    Nothing(String),
}

/// Looks at a launch's status.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    cluster::wait_for(async {
        let cluster = arguments.connection.open().await?;
        let launch = match arguments.wait {
            None => Some(cluster.launch(&arguments.launch).await?),
            Some(longest) => wait(&cluster, arguments, longest).await?,
        };
        let (name, namespace) = (&arguments.launch, &cluster.namespace);
        let Some(launch) = launch else {
            bail!("there is no ReadinessLaunch {name} in namespace {namespace}");
        };
        let (verdict, status) = match word(&launch) {
            Word::Said(verdict, status) => (verdict, status),
            Word::Nothing(why) => bail!("the launch {namespace}/{name}: {why}"),
        };
        let is_open = suffices(verdict, arguments.require);
        let text = match arguments.output {
            Format::Text => text(&launch, verdict, status),
            Format::Json => json(&launch, verdict, status, is_open),
        };
        output::print(&text)?;
        Ok(if is_open { 0 } else { CLOSED })
    })
}

/// Watches the launch until it is as ready as is required, or the time is over. The launch as it was last, if it was there.
async fn wait(
    cluster: &Cluster,
    arguments: &Arguments,
    longest: Period,
) -> Result<Option<ReadinessLaunch>> {
    let longest = Duration::try_from(longest.as_duration()).unwrap_or_default();
    let end = Instant::now() + longest;
    let mut states = pin!(watch_object(cluster.launches(), &arguments.launch).default_backoff());
    let mut last = None;
    let mut trouble = None;
    while let Ok(Some(state)) = timeout_at(end, states.next()).await {
        match state {
            Ok(state) => {
                last = state;
                trouble = None;
            }
            Err(error) if is_final(&error) => bail!(
                "cannot watch the ReadinessLaunch {}: {error}",
                arguments.launch
            ),
            // It is tried again, with pauses that grow.
            Err(error) => trouble = Some(error),
        }
        if let Some(Word::Said(verdict, _)) = last.as_ref().map(word)
            && suffices(verdict, arguments.require)
        {
            return Ok(last);
        }
    }
    match trouble {
        Some(error) => bail!(
            "cannot watch the ReadinessLaunch {}: {error}",
            arguments.launch
        ),
        None => Ok(last),
    }
}

/// Whether an error does not pass with time.
fn is_final(error: &watcher::Error) -> bool {
    let (watcher::Error::InitialListFailed(kube::Error::Api(status))
    | watcher::Error::WatchStartFailed(kube::Error::Api(status))) = error
    else {
        return false;
    };
    status.is_forbidden() || status.is_not_found() || status.code == 401
}

fn suffices(verdict: Status, require: Require) -> bool {
    match require {
        Require::Ready => verdict == Status::Ready,
        Require::Risks => verdict != Status::NotReady,
    }
}

/// What the status says of the launch as it is now.
fn word(launch: &ReadinessLaunch) -> Word<'_> {
    let generation = launch.metadata.generation;
    let Some(status) = &launch.status else {
        return Word::Nothing("it has no status yet: is the operator running?".to_owned());
    };
    let condition = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "LaunchReady");
    let observed = condition.and_then(|condition| condition.observed_generation);
    match (condition, status.status) {
        (Some(condition), Some(verdict)) if observed == generation => {
            // The condition is what others wait for: it must say the same.
            match (condition.status == "True") == (verdict != Status::NotReady) {
                true => Word::Said(verdict, status),
                false => Word::Nothing("its status contradicts itself".to_owned()),
            }
        }
        (Some(_), Some(_)) => Word::Nothing(format!(
            "its status is about generation {}, and it is at {}; --wait waits for it",
            observed.unwrap_or_default(),
            generation.unwrap_or_default()
        )),
        _ => Word::Nothing("it has no verdict yet: is the operator running?".to_owned()),
    }
}

fn reason(status: &LaunchStatus) -> &str {
    let condition = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "LaunchReady");
    condition
        .map(|condition| condition.reason.as_str())
        .unwrap_or_default()
}

/// A line that sums up, and one for each item that is missing.
fn text(launch: &ReadinessLaunch, verdict: Status, status: &LaunchStatus) -> String {
    let score = status
        .score
        .map(|score| format!(", score {score}"))
        .unwrap_or_default();
    let mut text = format!(
        "launch {}/{}: {} ({}), release {}{score}, {} open, {} waived\n",
        launch.namespace().unwrap_or_default(),
        launch.name_any(),
        verdict.name(),
        reason(status),
        launch.spec.release,
        status.open,
        status.waived
    );
    for missing in &status.missing {
        let from = match missing.from.as_slice() {
            [] => String::new(),
            roles => format!(" (from {})", roles.join(" or ")),
        };
        let message = missing.message.replace(['\n', '\r'], " ");
        text.push_str(&format!(
            "{} {} {}{from}: {message}\n",
            missing.severity, missing.verdict, missing.item
        ));
    }
    if let Some(truncated) = status.truncated {
        text.push_str(&format!("and {truncated} more\n"));
    }
    for risk in &status.open_risks {
        match risk.strip_prefix("exception/") {
            Some(exception) => {
                text.push_str(&format!("the exception {exception} overrides the gate\n"))
            }
            None => text.push_str(&format!("risk {risk} is neither mitigated nor accepted\n")),
        }
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    namespace: String,
    launch: String,
    release: &'a str,
    open: bool,
    status: Status,
    reason: &'a str,
    score: Option<u32>,
    open_items: u32,
    waived_items: u32,
    missing: &'a [Missing],
    truncated: u32,
    open_risks: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_next: Option<&'a Expiry>,
}

fn json(launch: &ReadinessLaunch, verdict: Status, status: &LaunchStatus, open: bool) -> String {
    let answer = Answer {
        namespace: launch.namespace().unwrap_or_default(),
        launch: launch.name_any(),
        release: &launch.spec.release,
        open,
        status: verdict,
        reason: reason(status),
        score: status.score,
        open_items: status.open,
        waived_items: status.waived,
        missing: &status.missing,
        truncated: status.truncated.unwrap_or_default(),
        open_risks: &status.open_risks,
        expires_next: status.expires_next.as_ref(),
    };
    // Texts and numbers always have a JSON form.
    serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn launch(status: Value) -> ReadinessLaunch {
        let launch = json!({
            "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessLaunch",
            "metadata": {"name": "web", "namespace": "shop", "generation": 3},
            "spec": {"selector": {}, "release": "1.4.2"}, "status": status,
        });
        serde_json::from_value(launch).expect("it is a launch")
    }

    fn status(verdict: &str, holds: &str, generation: i64) -> Value {
        json!({"status": verdict, "conditions": [{
            "type": "LaunchReady", "status": holds, "reason": "CriticalOpen", "message": "",
            "observedGeneration": generation, "lastTransitionTime": "2026-01-01T00:00:00Z",
        }]})
    }

    #[test]
    fn only_a_status_of_this_generation_counts() {
        for (given, expected) in [
            (json!(null), "no status yet"),
            (json!({}), "no verdict yet"),
            (
                status("Ready", "True", 2),
                "is about generation 2, and it is at 3",
            ),
            (status("Ready", "False", 3), "contradicts itself"),
            (status("NotReady", "True", 3), "contradicts itself"),
        ] {
            match word(&launch(given.clone())) {
                Word::Nothing(why) => assert!(why.contains(expected), "{given}: {why}"),
                Word::Said(..) => panic!("{given} says something"),
            }
        }
        let counts = launch(status("ReadyWithRisks", "True", 3));
        assert!(matches!(
            word(&counts),
            Word::Said(Status::ReadyWithRisks, _)
        ));
    }

    #[test]
    fn risks_suffice_where_they_are_let_pass() {
        for (verdict, ready, risks) in [
            (Status::Ready, true, true),
            (Status::ReadyWithRisks, false, true),
            (Status::NotReady, false, false),
        ] {
            assert_eq!(
                (
                    suffices(verdict, Require::Ready),
                    suffices(verdict, Require::Risks)
                ),
                (ready, risks)
            );
        }
    }

    #[test]
    fn each_thing_that_is_missing_is_one_line() {
        let mut given = status("NotReady", "False", 3);
        given["open"] = json!(60);
        given["truncated"] = json!(59);
        given["missing"] = json!([
            {"item": "ai-agent:a", "severity": "critical", "verdict": "Fail", "from": ["devops", "security"], "message": "two\nlines"},
        ]);
        let launch = launch(given);
        let Word::Said(verdict, status) = word(&launch) else {
            panic!("it says something");
        };
        assert_eq!(
            text(&launch, verdict, status),
            "launch shop/web: NotReady (CriticalOpen), release 1.4.2, 60 open, 0 waived\n\
             critical Fail ai-agent:a (from devops or security): two lines\nand 59 more\n"
        );
    }
}
