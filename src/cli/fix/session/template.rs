//! What is found on templates of charts: they are text with holes, and are not changed.

use std::path::Path;

use anyhow::Result;

use super::{Session, State, helm};
use crate::cli::fix::ledger::Entry;
use crate::manifests::Manifest;
use crate::model::Verdict;
use crate::remedy::{self, Edit, Left};
use crate::render::Row;

impl Session<'_> {
    /// What a template makes is not changed where it is written; often it tells which value to set.
    pub(super) fn of_template(
        &self,
        state: &mut State,
        member: &Manifest,
        rows: &[Row],
        chart: &Path,
    ) -> Result<()> {
        let template = self.text(&member.origin.file)?;
        for row in rows.iter().filter(|row| row.verdict == Verdict::Fail) {
            let reason = self.value_to_set(&template, member, row);
            let reason = format!(
                "it is a template of the chart {}, which is left as it is: {reason}",
                chart.display()
            );
            let entry = Entry {
                left: Some(reason),
                ..self.entry(member, row.check.id)
            };
            state.ledger.add(entry, None);
        }
        Ok(())
    }

    fn value_to_set(&self, template: &str, member: &Manifest, row: &Row) -> Left {
        let Some(remedy) = remedy::of(row.check) else {
            return remedy::why_not(row.check).into();
        };
        let offer = self
            .bench
            .offer_for(&member.object, self.whole, remedy, row);
        let edits = match offer {
            Ok(offer) => offer.edits,
            Err(reason) => return reason,
        };
        let told = edits.iter().map(|edit| match edit {
            Edit::Set { path, value } => {
                Some((helm::value_for(template, path)?, value.to_string()))
            }
            Edit::Append { path, value } => {
                Some((helm::value_for(template, path)?, format!("[{value}]")))
            }
            Edit::Remove { .. } | Edit::Rename { .. } => None,
        });
        match told.collect::<Option<Vec<_>>>() {
            Some(told) if !told.is_empty() => {
                let told = told.iter().map(|(name, value)| format!("{name}: {value}"));
                format!(
                    "set {} in the values of its chart",
                    told.collect::<Vec<_>>().join(" and ")
                )
                .into()
            }
            _ => "it does not tell by which value".into(),
        }
    }
}
