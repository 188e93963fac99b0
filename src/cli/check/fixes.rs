//! How findings can be fixed, looked up for those outputs that say it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::cli::fix::{Bench, Pieces, Place, addition, chart_of, identity, is_open};
use crate::engine::Relief;
use crate::manifests::{Keep, Origin, Whole};
use crate::remedy::{self, Given};
use crate::render::{Fix, Judged, Replacement, Row};

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
            // A template is not what was judged.
            let text = file.filter(|file| wanted && chart_of(Path::new(&***file)).is_none());
            // Without the file there is nothing to replace anything in.
            let text = text.and_then(|file| std::fs::read_to_string(Path::new(&**file)).ok());
            if let Some(text) = text {
                let file = File {
                    pieces: Pieces::of(&text, true),
                    end: end(&text),
                    text,
                };
                for judged in judged {
                    self.of_object(&file, judged);
                }
            }
        });
    }

    fn of_object(&self, file: &File, judged: &mut Judged<'_>) -> Option<()> {
        let origin = judged.origin;
        let nth = *self.nths.get(&address(origin))?;
        let (piece, nth) = file.pieces.find(origin, nth)?;
        let piece = file.pieces.all().get(piece)?;
        let text = piece.alone(&file.text);
        let place = Place {
            file: &origin.file,
            nth,
        };
        let look = self.bench.look(&self.whole.inventory, place, &text)?;
        for row in judged.rows.iter_mut().filter(|row| is_open(row)) {
            let Some(remedy) = remedy::of(row.check) else {
                continue;
            };
            let offer = self.bench.offer(&look, remedy, row);
            let findings = [identity(row)].into();
            let tried = offer
                .and_then(|offer| self.bench.attempt(&look, place, &text, &[offer], &findings));
            if let Ok(tried) = tried {
                let mut replacements = piece.replacements(&file.text, &tried.text);
                let added = addition(&file.text, &file.text, &tried.documents);
                if !added.is_empty() {
                    replacements.push(Replacement {
                        start: file.end,
                        end: file.end,
                        text: added,
                    });
                }
                row.fix = Some(Box::new(Fix {
                    description: row.check.title.to_owned(),
                    replacements,
                }));
            }
        }
        Some(())
    }
}

/// A file, to look for what can be fixed in it.
struct File {
    text: String,
    pieces: Pieces,
    /// The line and the column that it ends at.
    end: (u32, u32),
}

fn end(text: &str) -> (u32, u32) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let last = text.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    (number(lines), number(last.chars().count()))
}

fn address(origin: &Origin) -> usize {
    std::ptr::from_ref(origin).addr()
}
