//! What stands below a collection in block style and still belongs to it: comments, and blank lines that a text keeps.

use std::ops::Range;

use granit_parser::ScalarStyle;

use super::{Layout, Shape};

impl Layout<'_> {
    /// Where the last line ends that belongs to a collection in block style, before its line break: below what is written of it,
    /// the blank lines that a text block keeps, and the comments that are indented as it is.
    pub(in crate::manifests::edit) fn end_of_lines(&self, node: usize) -> usize {
        let column = self.nodes[node].column;
        let mut end = self.line_end(self.nodes[node].bytes.end);
        if self.keeps_blank_lines(node) {
            while let Some(line) = self.line_after(end)
                && self.text[line.clone()].trim().is_empty()
            {
                end = line.end;
            }
        }
        let mut last = end;
        let mut has_gap = false;
        // Comments that are only followed by others of the kind, up to here.
        let mut comments: Vec<(usize, usize)> = Vec::new();
        let mut next_column = None;
        while let Some(line) = self.line_after(last) {
            last = line.end;
            let written = &self.text[line.clone()];
            let text = written.trim_start();
            let indent = written.len() - text.len();
            match text {
                "" => has_gap = true,
                text if text.starts_with('#') => {
                    // Behind a gap, what is as far out as the collection may be about anything.
                    if indent < column || has_gap && indent == column {
                        break;
                    }
                    comments.push((indent, line.end));
                    has_gap = false;
                }
                _ => {
                    next_column = Some(indent);
                    break;
                }
            }
        }
        // What is right above something else, and as far out, is about that.
        while comments
            .last()
            .is_some_and(|(indent, _)| Some(*indent) == next_column)
        {
            comments.pop();
        }
        comments.last().map_or(end, |(_, end)| *end)
    }

    /// Where a collection in block style ends with the comments and blank lines below it that are not further out than a column,
    /// and the last line break.
    pub(in crate::manifests::edit) fn end_with_comments(
        &self,
        node: usize,
        column: usize,
    ) -> usize {
        let mut end = self.line_end(self.nodes[node].bytes.end);
        while let Some(line) = self.line_after(end) {
            let written = &self.text[line.clone()];
            let text = written.trim_start();
            let is_comment = text.starts_with('#') && written.len() - text.len() >= column;
            if !(text.is_empty() || is_comment) {
                return line.start;
            }
            end = line.end;
        }
        self.text.len()
    }

    /// The line below the one that ends here, without its line break.
    fn line_after(&self, end: usize) -> Option<Range<usize>> {
        let at = self.text[end..].find('\n')? + end + 1;
        (at < self.text.len()).then(|| at..self.line_end(at))
    }

    /// Whether the last thing in it is a block of text that keeps the blank lines below it.
    fn keeps_blank_lines(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        match &node.shape {
            Shape::Scalar {
                style: ScalarStyle::Literal | ScalarStyle::Folded,
                ..
            } => {
                let header = self.header(node.bytes.start);
                header.starts_with(['|', '>']) && header.contains('+')
            }
            Shape::List { flow: false, items } => items
                .last()
                .is_some_and(|last| self.keeps_blank_lines(*last)),
            Shape::Mapping {
                flow: false,
                entries,
            } => entries
                .last()
                .is_some_and(|(_, last)| self.keeps_blank_lines(*last)),
            _ => false,
        }
    }

    /// What a block of text begins with, `|2+`: it is on the last line with anything on it above its first word, or before what is
    /// nothing but blank lines.
    fn header(&self, start: usize) -> &str {
        let line = match self.begins_line(start) {
            true => {
                let above = self.text[..start].trim_end();
                &above[above.rfind('\n').map_or(0, |before| before + 1)..]
            }
            false => &self.text[self.line_start(start)..self.line_end(start)],
        };
        let written = line.split(" #").next().unwrap_or_default().trim_end();
        written.rsplit([' ', ':']).next().unwrap_or_default()
    }
}
