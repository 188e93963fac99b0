//! What is open and waits for people.

use serde::Serialize;

use super::Palette;
use super::palette::paint;
use crate::checklist::Item;

/// The command that attests an item of a launch, which is in a namespace, in a role. What is stated is left to be written.
pub fn command((namespace, launch): (&str, &str), item: &Item, role: &str) -> String {
    let evidence = item
        .attestation()
        .is_some_and(|rule| rule.evidence_required);
    format!(
        "plimsoll attest {launch} -n {namespace} --item {} --role {role}{} --statement '...'{}",
        item.key,
        if item.is_sign_off() { " --sign" } else { "" },
        if evidence {
            " --evidence https://..."
        } else {
            ""
        },
    )
}

/// What waits for somebody in one launch.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// The namespace.
    pub namespace: String,
    /// The launch; `None` for exceptions, which are of the namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// By the role that they would speak in.
    pub roles: Vec<RoleWaiting>,
    /// How many items wait for each role that they do not have.
    pub others: Vec<(String, usize)>,
    /// What is to be known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// What waits for a role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleWaiting {
    /// The role.
    pub role: String,
    /// What is open.
    pub items: Vec<WaitingItem>,
}

/// Something that waits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingItem {
    /// The item's key, or the exception's name.
    pub item: String,
    /// The line.
    pub title: String,
    /// How much it matters.
    pub severity: String,
    /// Why it is open.
    pub message: String,
    /// What closes it.
    pub command: String,
}

/// What waits, for people.
pub fn text(all: &[Waiting], palette: Palette) -> String {
    let mut text = String::new();
    for waiting in all {
        if !text.is_empty() {
            text.push('\n');
        }
        let name = match &waiting.launch {
            Some(launch) => format!("launch {}/{launch}", waiting.namespace),
            None => format!("exceptions of {}", waiting.namespace),
        };
        text.push_str(&paint(palette.strong, &name));
        text.push('\n');
        for RoleWaiting { role, items } in &waiting.roles {
            text.push_str(&format!("  as {role}: {}\n", items.len()));
            for item in items {
                text.push_str(&format!(
                    "    {:8}  {}  {}\n",
                    item.severity, item.item, item.title
                ));
                if !item.message.is_empty() {
                    text.push_str(&format!(
                        "              {}\n",
                        paint(palette.faint, &item.message)
                    ));
                }
                text.push_str(&format!(
                    "              {}\n",
                    paint(palette.code, &item.command)
                ));
            }
        }
        if waiting.roles.is_empty() {
            text.push_str("  nothing waits for you\n");
        }
        if !waiting.others.is_empty() {
            let others: Vec<_> = waiting
                .others
                .iter()
                .map(|(role, count)| format!("{role} ({count})"))
                .collect();
            text.push_str(&format!(
                "  roles that you do not have: {}\n",
                others.join(", ")
            ));
        }
        if let Some(remark) = &waiting.remark {
            text.push_str(&format!("  {remark}\n"));
        }
    }
    text
}
