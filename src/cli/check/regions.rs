//! Where findings are written, looked up in the files for those outputs that say it.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::manifests::Sources;
use crate::render::{Judged, Row};

/// Gives every row its place. Those of one file follow one another, so that each file is read once for a batch.
pub(super) fn find(sources: &Sources, judged: &mut [Judged<'_>]) {
    let of_files: Vec<_> = judged
        .chunk_by_mut(|one, next| one.origin.file == next.origin.file)
        .collect();
    of_files
        .into_par_iter()
        .for_each(|judged| of_file(sources, judged));
}

fn of_file(sources: &Sources, judged: &mut [Judged<'_>]) {
    let Some(file) = judged.first().map(|first| first.origin.file.clone()) else {
        return;
    };
    let paths =
        |rows: &'_ [Row]| -> Vec<String> { rows.iter().map(|row| row.path().to_owned()).collect() };
    let paths: Vec<_> = judged.iter().map(|judged| paths(&judged.rows)).collect();
    let asked = judged.iter().zip(&paths).map(|(judged, paths)| {
        let paths = paths.iter().map(String::as_str).collect();
        (judged.origin, paths)
    });
    let asked: Vec<_> = asked.collect();
    let found = sources.regions(&file, &asked);
    for (judged, regions) in judged.iter_mut().zip(found) {
        for (row, region) in judged.rows.iter_mut().zip(regions) {
            row.region = region;
        }
    }
}
