//! How findings can be fixed, looked up for those outputs that say it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::cli::fix::{Bench, Place, append, document, identity, is_open, replacements};
use crate::engine::Relief;
use crate::manifests::{Keep, Origin, Whole};
use crate::remedy::{self, Given};
use crate::render::{Fix, Judged, Row};

/// Looks up how findings can be fixed.
pub(super) struct Fixes<'a> {
    bench: Bench<'a>,
    whole: &'a Whole,
    /// The how manyth of its document each object is, by the address of its origin.
    nths: BTreeMap<usize, usize>,
}

impl<'a> Fixes<'a> {
    pub(super) fn new(
        relief: Relief<'a>,
        keep: Keep<'a>,
        is_strict: bool,
        whole: &'a Whole,
    ) -> Self {
        static NOTHING: LazyLock<Given> = LazyLock::new(Given::default);
        let mut counts: BTreeMap<(&str, u32), usize> = BTreeMap::new();
        let nths = whole.members.iter().map(|member| {
            let origin = &member.origin;
            let count = counts.entry((&origin.file, origin.document)).or_default();
            *count += 1;
            (address(origin), *count - 1)
        });
        Self {
            bench: Bench {
                relief,
                keep,
                is_strict,
                given: &NOTHING,
                takes_away: false,
                adds: true,
            },
            whole,
            nths: nths.collect(),
        }
    }

    /// Gives each row its fix, where there is one that is safe. Each is by itself: those of one file may be about the same lines.
    pub(super) fn find(&self, judged: &mut [Judged<'_>]) {
        let of_files: Vec<_> = judged
            .chunk_by_mut(|one, next| one.origin.file == next.origin.file)
            .collect();
        of_files.into_par_iter().for_each(|judged| {
            let fixable = |row: &Row| is_open(row) && remedy::of(row.check).is_some();
            let wanted = judged.iter().any(|judged| judged.rows.iter().any(fixable));
            let file = judged.first().map(|first| &first.origin.file);
            let text = file.filter(|_| wanted);
            // Without the file there is nothing to replace anything in.
            let text = text.and_then(|file| std::fs::read_to_string(Path::new(&**file)).ok());
            if let Some(text) = text {
                for judged in judged {
                    self.of_object(&text, judged);
                }
            }
        });
    }

    fn of_object(&self, file: &str, judged: &mut Judged<'_>) -> Option<()> {
        let origin = judged.origin;
        let place = Place {
            file: &origin.file,
            nth: *self.nths.get(&address(origin))?,
        };
        let range = document(file, origin.document)?;
        let text = &file[range.clone()];
        let look = self.bench.look(&self.whole.inventory, place, text)?;
        for row in judged.rows.iter_mut().filter(|row| is_open(row)) {
            let Some(remedy) = remedy::of(row.check) else {
                continue;
            };
            let offer = self.bench.offer(&look, remedy, row);
            let findings = [identity(row)].into();
            let tried =
                offer.and_then(|offer| self.bench.attempt(&look, place, text, &[offer], &findings));
            if let Ok(tried) = tried {
                let mut after = file.to_owned();
                after.replace_range(range.clone(), &tried.text);
                append(&mut after, &tried.documents);
                row.fix = Some(Box::new(Fix {
                    description: row.check.title.to_owned(),
                    replacements: replacements(file, &after),
                }));
            }
        }
        Some(())
    }
}

fn address(origin: &Origin) -> usize {
    std::ptr::from_ref(origin).addr()
}
