//! What a document rests on: what was seen here, what the operator says, what files can show.

use super::lines::{Line, LineProof};
use crate::api::{LaunchStatus, ProofKind, Status};
use crate::launch::Judged;

/// What a document rests on.
#[derive(Clone, Copy, Debug)]
pub enum Basis<'a> {
    /// Everything that counts was seen here.
    Seen,
    /// What could not be seen here is as the status of the launch says, which the operator wrote.
    Status {
        /// The status, of the launch's present generation.
        status: &'a LaunchStatus,
        /// What could not be seen, and why.
        gaps: &'a [String],
        /// The checklists of which only the status is known.
        unread: &'a [String],
    },
    /// Something could not be seen here, and no status says what became of it.
    Partly {
        /// What could not be seen, and why.
        gaps: &'a [String],
    },
    /// Manifests: what runs, what is measured and who people are is not in them.
    Files,
}

/// The verdict of a document.
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) reason: String,
    pub(super) score: Option<u32>,
}

impl Basis<'_> {
    /// Fills in what was not seen here. Answers with the verdict, and with what the reader must know.
    pub(super) fn settle(self, judged: &Judged, lines: &mut [Line]) -> (Verdict, Vec<String>) {
        let own = Verdict {
            status: judged.status,
            reason: judged.reason.name().to_owned(),
            score: judged.score(),
        };
        match self {
            Self::Seen => (own, Vec::new()),
            Self::Partly { gaps } => {
                unmeasured(
                    lines,
                    "only the operator asks the servers, and the status does not say what they answer",
                );
                (own, gaps.to_vec())
            }
            Self::Files => {
                unmeasured(lines, "measured in a cluster only");
                let remark = "from manifests alone: what runs, what is measured and who people are is not in them";
                (own, vec![remark.to_owned()])
            }
            Self::Status {
                status,
                gaps,
                unread,
            } => {
                let word = Word {
                    unread,
                    has_gaps: !gaps.is_empty(),
                    ..Word::of(status, lines)
                };
                let taken: usize = lines
                    .iter_mut()
                    .map(|line| usize::from(word.settle(line)))
                    .sum();
                if taken == 0 {
                    return (own, gaps.to_vec());
                }
                let mut remarks = vec![format!(
                    "{taken} lines, and the verdict, are as the operator says in the status of the launch"
                )];
                remarks.extend(gaps.iter().map(|gap| format!("not seen here: {gap}")));
                (stated(status).unwrap_or(own), remarks)
            }
        }
    }
}

/// Says of what was not measured why.
fn unmeasured(lines: &mut [Line], why: &str) {
    for line in lines
        .iter_mut()
        .filter(|line| line.verify == "metrics" && line.verdict == "Unknown")
    {
        why.clone_into(&mut line.why);
    }
}

/// The verdict that a status has.
fn stated(status: &LaunchStatus) -> Option<Verdict> {
    let condition = status
        .conditions
        .iter()
        .find(|condition| condition.type_ == "LaunchReady")?;
    Some(Verdict {
        status: status.status?,
        reason: condition.reason.clone(),
        score: status.score,
    })
}

/// What a status says of lines.
struct Word<'a> {
    status: &'a LaunchStatus,
    /// The checklists and sections of which every open line is listed.
    whole: Vec<(String, String)>,
    /// Lines that are graver than this and not listed are closed.
    least: Option<&'a str>,
    /// Whether something could not be seen here.
    has_gaps: bool,
    /// The checklists of which only the status is known.
    unread: &'a [String],
}

impl<'a> Word<'a> {
    fn of(status: &'a LaunchStatus, lines: &[Line]) -> Self {
        let listed = |checklist: &str, section: &str| {
            let own = lines
                .iter()
                .filter(|line| line.checklist == *checklist && line.section == *section);
            own.filter(|line| {
                status
                    .missing
                    .iter()
                    .any(|missing| missing.item == line.key)
            })
            .count()
        };
        let whole = status.sections.iter().filter(|counts| {
            let open = counts.failed + counts.unknown;
            usize::try_from(open)
                .is_ok_and(|open| open <= listed(&counts.checklist, &counts.section))
        });
        Self {
            status,
            whole: whole
                .map(|counts| (counts.checklist.clone(), counts.section.clone()))
                .collect(),
            least: match status.truncated {
                None => None,
                Some(_) => status
                    .missing
                    .last()
                    .map(|missing| missing.severity.as_str()),
            },
            has_gaps: false,
            unread: &[],
        }
    }

    /// Writes into a line what the status says of it, where it says what was not seen here. Whether it did.
    fn settle(&self, line: &mut Line) -> bool {
        let rests_on_people = line
            .proofs
            .iter()
            .any(|proof| matches!(proof.by, "attestation" | "exception"));
        let is_open = line.verdict == "Unknown" || (line.is_derived && line.verdict == "Fail");
        if let Some(missing) = self
            .status
            .missing
            .iter()
            .find(|missing| missing.item == line.key)
        {
            let is_seen =
                line.verdict == missing.verdict && line.verify != "metrics" && !self.has_gaps;
            let is_unread = self.unread.contains(&line.checklist);
            // What was seen here is later than the status.
            if !is_unread && (is_seen || (!is_open && !rests_on_people)) {
                return false;
            }
            line.open(verdict(&missing.verdict), &missing.message);
            return true;
        }
        if !line.asked || !is_open {
            return false;
        }
        if self.is_closed(line) {
            line.close(LineProof::of_status());
            return true;
        }
        line.why
            .push_str("; the status of the launch lists only the gravest of what is missing");
        false
    }

    /// Whether a line that is not listed is closed: a long list of what is missing is cut.
    fn is_closed(&self, line: &Line) -> bool {
        let graver = |least: &str| rank(line.severity) > rank(least);
        self.status.truncated.is_none()
            || self.least.is_some_and(graver)
            || self.whole.iter().any(|(checklist, section)| {
                line.checklist == *checklist && line.section == *section
            })
    }
}

fn rank(severity: &str) -> usize {
    ["advice", "high", "critical"]
        .iter()
        .position(|known| *known == severity)
        .unwrap_or(0)
}

fn verdict(name: &str) -> &'static str {
    if name == "Fail" { "Fail" } else { "Unknown" }
}

impl LineProof {
    /// What the status of the launch says.
    fn of_status() -> Self {
        Self {
            by: "operator",
            kind: ProofKind::Indicates,
            name: None,
            object: "the status of the launch".to_owned(),
            workload: None,
            value: "passes or does not apply".to_owned(),
            approver: None,
            role: None,
            evidence: None,
            at: None,
            until: None,
        }
    }
}
