//! What the checks on PersistentVolumeClaims share.

use super::{Context, Undecided};
use crate::model::{ClaimSpec, Kind, PersistentVolumeClaim, Place, Text, VolumeSource, Workload};

/// A claim that a workload's pods use.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The field that asks for it.
    pub at: Place,
    /// Its name; of those that are made, of the template or the volume.
    pub name: Text,
    /// Whether it is there.
    pub state: State<'a>,
}

/// Whether a claim is there.
#[derive(Debug)]
pub enum State<'a> {
    /// It is.
    There(&'a PersistentVolumeClaim),
    /// It is not, though it is called by its name.
    Missing,
    /// Kubernetes makes it for each pod.
    Made(&'a ClaimSpec),
}

impl<'a> Claim<'a> {
    /// What it asks for, where that is known.
    pub fn spec(&self) -> Option<&'a ClaimSpec> {
        match self.state {
            State::There(claim) => Some(&claim.spec),
            State::Made(spec) => Some(spec),
            State::Missing => None,
        }
    }
}

/// The claims that a workload's pods use: those of their volumes, and those that a StatefulSet makes.
///
/// # Errors
/// Where claims cannot be looked up.
pub fn of<'a>(context: &Context<'a>, workload: &'a Workload) -> Result<Vec<Claim<'a>>, Undecided> {
    let mut claims = of_volumes(context, workload)?;
    claims.extend(of_templates(context, workload)?);
    Ok(claims)
}

/// The claims that the volumes of a workload's pods are of.
///
/// # Errors
/// Where there are any, and claims cannot be looked up.
pub fn of_volumes<'a>(
    context: &Context<'a>,
    workload: &'a Workload,
) -> Result<Vec<Claim<'a>>, Undecided> {
    let namespace = &workload.meta.key.namespace;
    let mut claims = Vec::new();
    for volume in &workload.pod.volumes {
        let path = format!("/volumes/{}", volume.index);
        let (field, name, state) = match &volume.source {
            VolumeSource::Claim(name) => {
                let view = context.read(Kind::PersistentVolumeClaim)?;
                let claim = view.claim(namespace, name);
                let state = claim.map_or(State::Missing, State::There);
                ("persistentVolumeClaim/claimName", name, state)
            }
            VolumeSource::Ephemeral(spec) => ("ephemeral", &volume.name, State::Made(spec)),
            _ => continue,
        };
        claims.push(Claim {
            at: Place::pod(workload, &format!("{path}/{field}")).about(name.clone()),
            name: name.clone(),
            state,
        });
    }
    Ok(claims)
}

/// The claims that a StatefulSet makes for its pods: the ones that are there, and what the template asks for where one is not.
fn of_templates<'a>(
    context: &Context<'a>,
    workload: &'a Workload,
) -> Result<Vec<Claim<'a>>, Undecided> {
    let namespace = &workload.meta.key.namespace;
    let mut claims = Vec::new();
    for (index, template) in workload.claim_templates.iter().enumerate() {
        let view = context.read(Kind::PersistentVolumeClaim)?;
        let at = Place::field(format!("/spec/volumeClaimTemplates/{index}"));
        let (set, mut is_whole) = (&workload.meta.key.name, workload.replicas > 0);
        for ordinal in workload.ordinals() {
            let name = Text::from(format!("{}-{set}-{ordinal}", template.name));
            let Some(claim) = view.claim(namespace, &name) else {
                is_whole = false;
                continue;
            };
            claims.push(Claim {
                at: at.clone().about(name.clone()),
                name,
                state: State::There(claim),
            });
        }
        if !is_whole {
            claims.push(Claim {
                at: at.about(template.name.clone()),
                name: template.name.clone(),
                state: State::Made(&template.spec),
            });
        }
    }
    Ok(claims)
}
