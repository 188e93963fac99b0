//! What is to be written, refused here where the API server or the verdict would not take it.

use anyhow::{Result, bail};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::Arguments;
use super::items::may_be_attested;
use crate::api::{
    Approved, Approver, ReadinessAttestation, ReadinessAttestationSpec, ReadinessException,
};
use crate::checklist::Item;
use crate::cli::cluster::Myself;

/// The role that is spoken in: the one that was named, or the only one that all items have. Each item comes with its key.
pub(super) fn role(given: Option<&str>, items: &[(&str, Vec<String>)]) -> Result<String> {
    let Some(given) = given else {
        let mut common = items
            .first()
            .map(|(_, roles)| roles.clone())
            .unwrap_or_default();
        common.retain(|role| items.iter().all(|(_, roles)| roles.contains(role)));
        return match common.as_slice() {
            [only] => Ok(only.clone()),
            [] => bail!("name the role that you speak in with --role"),
            several => bail!(
                "name the role that you speak in with --role: {}",
                several.join(", ")
            ),
        };
    };
    for (key, roles) in items {
        if !roles.iter().any(|role| role == given) {
            bail!(
                "{key} is not attested by {given}, but by {}: choose one of them with --role",
                roles.join(" or ")
            );
        }
    }
    Ok(given.to_owned())
}

/// Refuses what would not count.
pub(super) fn check(arguments: &Arguments, items: &[&Item]) -> Result<()> {
    for item in items {
        may_be_attested(item)?;
        let key = &item.key;
        match (item.is_sign_off(), arguments.sign) {
            (true, false) => bail!("{key} is a sign-off: sign it with --sign"),
            (false, true) => bail!("{key} is no sign-off: attest it without --sign"),
            _ => {}
        }
        if item.is_sign_off() && arguments.not_applicable.is_some() {
            bail!("{key} is a sign-off, which always applies: leave out --not-applicable");
        }
        let wants = item
            .attestation()
            .is_some_and(|rule| rule.evidence_required);
        if wants && arguments.evidence.is_none() && arguments.not_applicable.is_none() {
            bail!("{key} asks for evidence: say where it can be read with --evidence https://...");
        }
    }
    Ok(())
}

/// Refuses what no attestation may hold.
pub(super) fn check_texts(arguments: &Arguments, now: Timestamp) -> Result<()> {
    if arguments
        .statement
        .as_deref()
        .is_none_or(|statement| statement.trim().is_empty())
    {
        bail!("say what you state with --statement");
    }
    if let Some(evidence) = &arguments.evidence
        && (!evidence.starts_with("https://")
            || evidence.contains(char::is_whitespace)
            || evidence.len() <= "https://".len())
    {
        bail!("--evidence must be an address that begins with https://, not {evidence:?}");
    }
    if expires(arguments, now).is_some_and(|expires| expires <= now) {
        bail!(
            "it would have expired already: choose a later --expires-at or a longer --expires-in"
        );
    }
    Ok(())
}

fn expires(arguments: &Arguments, now: Timestamp) -> Option<Timestamp> {
    let in_time = arguments.expires_in.map(|period| period.after(now));
    let expires = arguments.expires_at.or(in_time)?;
    // Times are stored to the second.
    Some(Timestamp::from_second(expires.as_second()).unwrap_or(expires))
}

/// The attestation of items.
pub(super) fn of_items(
    arguments: &Arguments,
    myself: &Myself,
    (launch, release): (&str, &str),
    (role, items): (String, Vec<String>),
    now: Timestamp,
) -> ReadinessAttestation {
    let spec = ReadinessAttestationSpec {
        launch: Some(launch.to_owned()),
        items: Some(items),
        sign_off: arguments.sign,
        role: Some(role),
        release: Some(
            arguments
                .release
                .clone()
                .unwrap_or_else(|| release.to_owned()),
        ),
        ..bare(arguments, myself, now)
    };
    named(launch, spec)
}

/// The approval of an exception.
pub(super) fn of_exception(
    arguments: &Arguments,
    myself: &Myself,
    exception: &ReadinessException,
    now: Timestamp,
) -> Result<ReadinessAttestation> {
    let metadata = &exception.metadata;
    let name = metadata.name.clone().unwrap_or_default();
    if exception.spec.requested_by == myself.user {
        bail!("the exception {name} was asked for by you: somebody else must approve it");
    }
    let approved = Approved {
        name: name.clone(),
        uid: metadata.uid.clone().unwrap_or_default(),
    };
    let spec = ReadinessAttestationSpec {
        approves: Some(approved),
        ..bare(arguments, myself, now)
    };
    Ok(named(&name, spec))
}

fn bare(arguments: &Arguments, myself: &Myself, now: Timestamp) -> ReadinessAttestationSpec {
    ReadinessAttestationSpec {
        launch: None,
        items: None,
        sign_off: false,
        approves: None,
        role: None,
        approver: Approver {
            username: myself.user.clone(),
            groups: myself.groups.clone(),
        },
        statement: arguments.statement.clone().unwrap_or_default(),
        evidence_url: arguments.evidence.clone(),
        not_applicable: arguments.not_applicable.clone(),
        expires_at: expires(arguments, now).map(Time),
        release: None,
    }
}

/// The API server adds five characters to the name.
fn named(about: &str, spec: ReadinessAttestationSpec) -> ReadinessAttestation {
    const LONGEST: usize = 240;
    let about: String = about.chars().take(LONGEST).collect();
    let mut attestation = ReadinessAttestation::new("", spec);
    attestation.metadata.name = None;
    attestation.metadata.generate_name = Some(format!("{about}-"));
    attestation
}
