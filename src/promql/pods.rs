//! The names of a workload's pods, as a regular expression.
//!
//! Sources: `names/generate.go` of the API server (a prefix cut to 58 characters and five random ones, without vowels
//! and look-alikes), `getPodsPrefix` of the controllers, `generateReplicaSetName`, `podGenerateNameWithIndex` and
//! `getJobName` of kube-controller-manager.

use super::template::escape;
use crate::model::Kind;

/// What is left of a generated name's prefix.
const LONGEST_PREFIX: usize = 58;
/// The five characters that the API server appends.
const RANDOM: &str = "[bcdfghjklmnpqrstvwxz2456789]{5}";
/// The longest name of a ReplicaSet: what is before its hash is cut.
const LONGEST_NAME: usize = 253;
/// A CronJob's Jobs carry the minutes since 1970, of eight digits until the year 2160.
const MINUTES: usize = 8;
/// The digits of a completion index: six are a million pods.
const INDEX_DIGITS: std::ops::RangeInclusive<usize> = 1..=6;
/// A StatefulSet's ordinals. Five digits could be the random end of a DaemonSet's pod of the same name.
const ORDINAL: &str = "(0|[1-9][0-9]{0,3})";

/// Why there is no expression that matches a workload's pods and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPattern {
    /// No ReplicaSet of it is known yet.
    #[error("it has no ReplicaSet yet, so no pods")]
    NoReplicaSet,
    /// Kubernetes cuts long names: those of its pods do not tell which workload they are of.
    #[error(
        "its name is so long that Kubernetes cuts it in its pods' names, which may then be another workload's"
    )]
    Cut,
    /// It is no workload.
    #[error("a {0} has no pods")]
    NoWorkload(Kind),
}

/// A regular expression, to be matched whole as PromQL does, that matches the names of a workload's pods and not
/// those of its siblings: `web` of the Deployment with the ReplicaSets `a1b2` and `c3d4` is
/// `web-(a1b2|c3d4)-[…]{5}`.
///
/// `hashes` are the `pod-template-hash`es of a Deployment's ReplicaSets, old ones included: samples of a window are
/// of old pods, too. Other kinds need none. A Deployment whose ReplicaSets are unknown has no pattern, rather than a
/// loose one that matches the pods of `web-api`.
///
/// What names cannot tell apart, this does not: pods of a DaemonSet and a Job of one name, a bare Pod called like
/// another's pod. Jobs made by hand from a CronJob (`kubectl create job --from`) have any name and are left out.
///
/// # Errors
///
/// When there is no such expression.
pub fn pods_pattern(
    kind: Kind,
    name: &str,
    hashes: &[impl AsRef<str>],
) -> Result<String, NoPattern> {
    match kind {
        Kind::Deployment => of_deployment(name, hashes),
        Kind::DaemonSet | Kind::ReplicaSet | Kind::ReplicationController | Kind::Job => {
            let prefix = uncut(format!("{name}-"))?;
            Ok(format!("{}{RANDOM}", escape(&prefix)))
        }
        Kind::StatefulSet => Ok(format!("{}-{ORDINAL}", escape(name))),
        Kind::CronJob => {
            let (minutes, dash) = minutes_left(name)?;
            Ok(format!("{}-[0-9]{{{minutes}}}{dash}{RANDOM}", escape(name)))
        }
        Kind::Pod => Ok(escape(name)),
        other => Err(NoPattern::NoWorkload(other)),
    }
}

/// The same for a Job, or a CronJob's Jobs, with `completionMode: Indexed`. Its pods are `NAME-INDEX-xxxxx`; without
/// the mode they are not, and the pods of the Job `load-1` are no pods of the Job `load`.
///
/// # Errors
///
/// When there is no such expression.
pub fn indexed_pods_pattern(kind: Kind, name: &str) -> Result<String, NoPattern> {
    // Of a long name as much is cut as the index needs.
    let mut forms = Vec::new();
    for digits in INDEX_DIGITS {
        let index = format!("-[0-9]{{{digits}}}-");
        let kept = LONGEST_PREFIX - (digits + 2);
        match kind {
            Kind::Job if name.len() <= kept => forms.push(format!("{}{index}", escape(name))),
            Kind::CronJob if name.len() + 1 < kept => {
                let minutes = MINUTES.min(kept - name.len() - 1);
                forms.push(format!("{}-[0-9]{{{minutes}}}{index}", escape(name)));
            }
            Kind::Job | Kind::CronJob => return Err(NoPattern::Cut),
            other => return pods_pattern(other, name, &[""; 0]),
        }
    }
    Ok(format!("({}){RANDOM}", forms.join("|")))
}

fn of_deployment(name: &str, hashes: &[impl AsRef<str>]) -> Result<String, NoPattern> {
    let mut hashes: Vec<&str> = hashes.iter().map(AsRef::as_ref).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.retain(|hash| !hash.is_empty());
    let Some(longest) = hashes.iter().map(|hash| hash.len()).max() else {
        return Err(NoPattern::NoReplicaSet);
    };
    // At least one character of each hash must be left.
    if name.len() + 2 > LONGEST_PREFIX || name.len() + 1 + longest > LONGEST_NAME {
        return Err(NoPattern::Cut);
    }
    let mut endings: Vec<String> = (hashes.iter())
        .map(|hash| {
            let prefix = format!("{hash}-");
            escape(cut(&prefix, LONGEST_PREFIX - name.len() - 1))
        })
        .collect();
    endings.dedup();
    let endings = match endings
        .iter()
        .map(|ending| ending.strip_suffix('-'))
        .collect()
    {
        Some::<Vec<&str>>(whole) => format!("({})-", whole.join("|")),
        None => format!("({})", endings.join("|")),
    };
    Ok(format!("{}-{endings}{RANDOM}", escape(name)))
}

/// How many digits of the minutes are left in the prefix `NAME-MINUTES-`, and the dash if it is.
fn minutes_left(name: &str) -> Result<(usize, &'static str), NoPattern> {
    let room = LONGEST_PREFIX.saturating_sub(name.len() + 1);
    match room {
        0 => Err(NoPattern::Cut),
        1..=MINUTES => Ok((room, "")),
        _ => Ok((MINUTES, "-")),
    }
}

fn uncut(prefix: String) -> Result<String, NoPattern> {
    if prefix.len() > LONGEST_PREFIX {
        return Err(NoPattern::Cut);
    }
    Ok(prefix)
}

/// Names are ASCII; others are not cut inside a character.
fn cut(text: &str, to: usize) -> &str {
    &text[..text.floor_char_boundary(to)]
}
