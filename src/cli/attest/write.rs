//! Writing an attestation.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::api::PostParams;
use kube::{Api, ResourceExt};

use super::items::{Asked, Found};
use super::{Arguments, DryRun, Format, statement};
use crate::api::{GROUP, ReadinessAttestation, ReadinessException, ReadinessLaunchSpec};
use crate::checklist::Item;
use crate::cli::cluster::{self, Cluster, Myself, refused};
use crate::cli::output;
use crate::people::Verb;

/// Attests items, or approves an exception.
pub(super) async fn run(arguments: &Arguments, cluster: &Cluster) -> Result<u8> {
    let now = Timestamp::now();
    statement::check_texts(arguments, now)?;
    let myself = Myself::ask(&cluster.client).await?;
    if myself.is_service_account() {
        bail!("only people attest, and you are {}", myself.user);
    }
    let mut items = Vec::new();
    let mut attestation = match &arguments.approve {
        Some(name) => {
            let exception = exception(cluster, name).await?;
            granted(cluster, Verb::Approve, name).await?;
            statement::of_exception(arguments, &myself, &exception, now)?
        }
        None => {
            let launch = cluster
                .launch(arguments.launch.as_deref().unwrap_or_default())
                .await?;
            let asked = Asked::of(cluster, launch).await;
            let keys = keys(arguments, &asked)?;
            let mut roles = Vec::new();
            for key in &keys {
                let found = asked.find(key)?;
                roles.extend(asked.roles(key, &found).map(|roles| (key.as_str(), roles)));
                match found {
                    Found::Item(item) => items.push(item),
                    Found::Unread(why) => {
                        output::complain("warning", &format!("{key} is not checked here: {why}"))
                    }
                }
            }
            let known: Vec<&Item> = items.iter().map(|item| &**item).collect();
            statement::check(arguments, &known)?;
            let role = statement::role(arguments.role.as_deref(), &roles)?;
            granted(
                cluster,
                if arguments.sign {
                    Verb::Sign
                } else {
                    Verb::Attest
                },
                &role,
            )
            .await?;
            let launch = asked.launch();
            let mut attestation = statement::of_items(
                arguments,
                &myself,
                (&launch.name_any(), &launch.spec.release),
                (role, keys.clone()),
                now,
            );
            // A risk is accepted until the date that the launch says now: whoever edits it must ask again.
            let until = accepted_until(&launch.spec, &keys).map(Time);
            let expires = attestation.spec.expires_at.take();
            attestation.spec.expires_at = expires.into_iter().chain(until).min();
            attestation
        }
    };
    attestation.metadata.namespace = Some(cluster.namespace.clone());
    let written = match arguments.dry_run {
        Some(DryRun::Client) => attestation,
        how => {
            let api: Api<ReadinessAttestation> =
                Api::namespaced(cluster.client.clone(), &cluster.namespace);
            let parameters = PostParams {
                dry_run: how.is_some(),
                ..PostParams::default()
            };
            let written = api.create(&parameters, &attestation).await;
            written.map_err(|error| refused(&error, "write the attestation"))?
        }
    };
    let text = match arguments.output {
        Format::Text => said(
            &written,
            &items.iter().map(|item| &**item).collect::<Vec<_>>(),
            arguments.dry_run,
        ),
        Format::Yaml => serde_saphyr::to_string(&written)?,
        Format::Json => serde_json::to_string_pretty(&written)? + "\n",
    };
    output::print(&text)?;
    Ok(0)
}

/// What is attested: the items that are named, and those of sections.
fn keys(arguments: &Arguments, asked: &Asked) -> Result<Vec<String>> {
    let mut keys = arguments.items.clone();
    let role = arguments.role.as_deref().unwrap_or_default();
    for section in &arguments.sections {
        let own = asked.in_section(section, role, arguments.sign)?;
        if own.is_empty() {
            let nothing =
                format!("the section {section:?} has nothing that {role} may attest by now");
            output::complain("warning", &nothing);
        }
        keys.extend(own);
    }
    if keys.is_empty() {
        bail!("the sections have nothing that {role} may attest by now");
    }
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    Ok(keys)
}

/// The earliest date until which a risk is to be accepted, of those that keys name.
fn accepted_until(launch: &ReadinessLaunchSpec, keys: &[String]) -> Option<Timestamp> {
    let risks = keys.iter().filter_map(|key| {
        let id = key.strip_prefix("launch:risk/")?;
        launch.risks.iter().find(|risk| risk.id == id)
    });
    risks
        .filter_map(|risk| risk.accepted.as_ref().map(|accepted| accepted.until.0))
        .min()
}

async fn exception(cluster: &Cluster, name: &str) -> Result<ReadinessException> {
    let namespace = &cluster.namespace;
    let api: Api<ReadinessException> = Api::namespaced(cluster.client.clone(), namespace);
    match api.get_opt(name).await {
        Ok(Some(exception)) => Ok(exception),
        Ok(None) => bail!("there is no ReadinessException {name} in namespace {namespace}"),
        Err(error) => Err(refused(
            &error,
            &format!("read the ReadinessException {name}"),
        )),
    }
}

/// Refuses what RBAC does not grant.
async fn granted(cluster: &Cluster, verb: Verb, name: &str) -> Result<()> {
    let namespace = &cluster.namespace;
    if !cluster::may(&cluster.client, verb, namespace, name).await? {
        bail!(
            "RBAC does not let you {} as {name} in namespace {namespace}: ask for the verb {} on {} of {GROUP} with the resource \
             name {name}",
            verb.name(),
            verb.name(),
            verb.resource()
        );
    }
    Ok(())
}

/// What was written, and until when it counts.
fn said(written: &ReadinessAttestation, items: &[&Item], dry_run: Option<DryRun>) -> String {
    let spec = &written.spec;
    let (name, how) = match dry_run {
        Some(DryRun::Client) => (
            written.metadata.generate_name.clone().unwrap_or_default(),
            " (dry run)",
        ),
        Some(DryRun::Server) => (written.name_any(), " (server dry run)"),
        None => (written.name_any(), ""),
    };
    let mut text = format!("readinessattestation.{GROUP}/{name} created{how}\n");
    let user = &spec.approver.username;
    if let Some(approved) = &spec.approves {
        text.push_str(&format!(
            "  approves the exception {} ({}), by {user}\n",
            approved.name, approved.uid
        ));
    }
    let role = spec.role.as_deref().unwrap_or_default();
    for key in spec.items.iter().flatten() {
        let verb = if spec.sign_off { "signed" } else { "attested" };
        let item = items.iter().find(|item| *item.key == **key);
        let until = item.and_then(|item| until(written, item));
        let until = until
            .map(|until| format!(", counts until {until:.0}"))
            .unwrap_or_default();
        text.push_str(&format!("  {key} {verb} by {user} as {role}{until}\n"));
    }
    text
}

/// Until when it counts for an item.
fn until(written: &ReadinessAttestation, item: &Item) -> Option<Timestamp> {
    let made = written
        .creation_timestamp()
        .map_or_else(Timestamp::now, |time| time.0);
    let lapses = item.attestation()?.valid_for.after(made);
    Some(
        written
            .spec
            .expires_at
            .as_ref()
            .map_or(lapses, |expires| expires.0.min(lapses)),
    )
}
