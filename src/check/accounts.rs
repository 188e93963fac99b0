//! What the checks on ServiceAccounts share.

use super::{Context, Undecided};
use crate::model::{Kind, Text, Workload};

/// The ServiceAccount that Kubernetes makes in each namespace, and gives to each pod that names none.
pub const DEFAULT: &str = "default";

/// Whether a workload's pods get the token of their ServiceAccount, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// They get none.
    NotMounted,
    /// They get it, as the pod asks for it.
    ByPod,
    /// They get it, as the ServiceAccount asks for it.
    ByAccount,
    /// They get it, as neither the pod nor the ServiceAccount says anything.
    Unsaid,
    /// The pod says nothing, and the ServiceAccount is not here.
    NoAccount(Text),
}

/// Whether a workload's pods get the token of their ServiceAccount, as the `ServiceAccount` admission plugin decides it: the
/// pod's word counts before the ServiceAccount's.
///
/// # Errors
/// Where the ServiceAccount counts and cannot be looked up.
pub fn token(context: &Context<'_>, workload: &Workload) -> Result<Token, Undecided> {
    match workload.pod.automount_token {
        Some(false) => return Ok(Token::NotMounted),
        Some(true) => return Ok(Token::ByPod),
        None => {}
    }
    let account = context.read(Kind::ServiceAccount)?.account(workload);
    Ok(match account.map(|account| account.automount_token) {
        Some(Some(false)) => Token::NotMounted,
        Some(Some(true)) => Token::ByAccount,
        Some(None) => Token::Unsaid,
        // Kubernetes makes it, and says nothing of the token in it.
        None if *workload.pod.service_account == *DEFAULT => Token::Unsaid,
        None => Token::NoAccount(workload.pod.service_account.clone()),
    })
}
