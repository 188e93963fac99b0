//! From a parser's events to a tree: keys become text, aliases are bound, and what kubectl refuses is refused.

mod anchors;

use self::anchors::Anchors;
use super::entries;
use super::problem::{Problem, push_key};
use super::scalar::{self, Key, Value};
use super::tree::{Content, Slot, Tree};
use crate::model::hash;

/// How deep lists and mappings may be nested, aliases followed. Kubernetes' own objects stay below 60.
pub(super) const DEPTH: usize = 250;

/// A place in the file.
pub(super) type Position = (u32, u32);

/// Takes a document's nodes in the order they are written.
pub(super) struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open>,
    anchors: Anchors,
    /// Room to look for equal keys in.
    scratch: Vec<u32>,
}

/// A list or mapping that has begun.
struct Open {
    slot: u32,
    expects: Expects,
    count: u32,
    height: usize,
    merges: bool,
    anchor: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Expects {
    Item,
    Key,
    Value { key: u32 },
}

impl<'a> Builder<'a> {
    pub(super) fn new(bytes: usize) -> Self {
        let tree = Tree {
            slots: Vec::with_capacity(bytes / 12),
        };
        Self {
            tree,
            open: Vec::new(),
            anchors: Anchors::default(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Tree<'a> {
        self.tree
    }

    /// Where in the document the next node goes.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match open.expects {
                Expects::Item => path.push_str(&format!("[{}]", open.count)),
                Expects::Value { key } => push_key(&mut path, self.tree.key(key)),
                Expects::Key => {}
            }
        }
        path
    }

    /// Adds a scalar; `anchor` is 0 or its id.
    pub(super) fn scalar(
        &mut self,
        content: Content<'a>,
        anchor: usize,
        at: Position,
    ) -> Result<(), Problem> {
        let is_key = self.expects_key();
        let content = if is_key { key(content) } else { value(content) };
        let content = content.map_err(|message| self.problem(message, at))?;
        let name = match &content {
            Content::Text(text) if is_key => hash(text),
            _ => 0,
        };
        let slot = self.push(content, name, at)?;
        self.anchors.begin(anchor, slot);
        self.anchors.end(anchor, 0, slot + 1);
        self.placed(slot, 0);
        Ok(())
    }

    pub(super) fn begin(
        &mut self,
        content: Content<'a>,
        anchor: usize,
        at: Position,
    ) -> Result<(), Problem> {
        if self.expects_key() {
            return Err(self.problem("a mapping or a list cannot be a key", at));
        }
        if self.open.len() >= DEPTH {
            return Err(self.problem(too_deep(), at));
        }
        let expects = if let Content::List(_) = content {
            Expects::Item
        } else {
            Expects::Key
        };
        let slot = self.push(content, 0, at)?;
        self.anchors.begin(anchor, slot);
        self.open.push(Open {
            slot,
            expects,
            count: 0,
            height: 0,
            merges: false,
            anchor,
        });
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Problem> {
        let Some(closed) = self.open.pop() else {
            return Ok(());
        };
        let end = self.tree.slots.len() as u32; // `push` keeps them countable
        self.tree.slots[closed.slot as usize].end = end;
        let content = match closed.expects {
            Expects::Item => Content::List(closed.count),
            _ if closed.merges => {
                if let Some(value) = entries::misplaced_merge(&self.tree, closed.slot) {
                    let at = self.tree.slot(value).position();
                    return Err(self.problem("`<<` takes a mapping or a list of mappings", at));
                }
                Content::Gathered
            }
            _ if entries::has_key_twice(&self.tree, closed.slot, &mut self.scratch) => {
                Content::Gathered
            }
            _ => Content::Mapping(closed.count),
        };
        self.tree.slots[closed.slot as usize].content = content;
        let height = closed.height + 1;
        self.anchors.end(closed.anchor, height, end);
        self.placed(closed.slot, height);
        Ok(())
    }

    pub(super) fn alias(&mut self, id: usize, at: Position) -> Result<(), Problem> {
        let (target, height) = self
            .anchors
            .refer(id)
            .map_err(|message| self.problem(message, at))?;
        if self.expects_key() {
            let content = match &self.tree.slot(target).content {
                Content::Plain(text) => Content::Plain(text.clone()),
                Content::Text(text) => Content::Text(text.clone()),
                _ => return Err(self.problem("a mapping or a list cannot be a key", at)),
            };
            return self.scalar(content, 0, at);
        }
        if self.open.len() + height > DEPTH {
            return Err(self.problem(too_deep(), at));
        }
        let slot = self.push(Content::Alias(target), 0, at)?;
        self.placed(slot, height);
        Ok(())
    }

    pub(super) fn problem(&self, message: impl Into<String>, at: Position) -> Problem {
        let mut problem = Problem::new(message).at(at);
        problem.path = self.path();
        problem
    }

    fn expects_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.expects == Expects::Key)
    }

    fn push(
        &mut self,
        content: Content<'a>,
        name: u32,
        (line, column): Position,
    ) -> Result<u32, Problem> {
        let Ok(end) = u32::try_from(self.tree.slots.len() + 1) else {
            return Err(self.problem("the document has too many values", (line, column)));
        };
        self.tree.slots.push(Slot {
            content,
            name,
            end,
            line,
            column,
        });
        Ok(end - 1)
    }

    /// Tells the surrounding list or mapping that a node is complete.
    fn placed(&mut self, slot: u32, height: usize) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.height = open.height.max(height);
        open.expects = match open.expects {
            Expects::Key => {
                open.merges |= matches!(self.tree.slots[slot as usize].content, Content::Merge);
                Expects::Value { key: slot }
            }
            after => {
                open.count += 1;
                if after == Expects::Item {
                    Expects::Item
                } else {
                    Expects::Key
                }
            }
        };
    }
}

pub(super) fn too_deep() -> String {
    format!("lists and mappings are nested more than {DEPTH} deep")
}

/// A scalar as a key: text, as in JSON.
fn key(content: Content<'_>) -> Result<Content<'_>, String> {
    let Content::Plain(text) = content else {
        return Ok(content);
    };
    if text == "<<" {
        return Ok(Content::Merge);
    }
    match scalar::key(&text) {
        Key::AsWritten => Ok(Content::Text(text)),
        Key::Spelled(key) => Ok(Content::Text(key)),
        Key::Refused => Err(format!("`{text}` cannot be a key; quote it")),
    }
}

/// A scalar as a value. What JSON has no number for is looked for by its first character; what can only be text is told by a look,
/// and nobody has to look at it again.
fn value(content: Content<'_>) -> Result<Content<'_>, String> {
    let Content::Plain(text) = content else {
        return Ok(content);
    };
    // `<<` is another thing where an alias makes a key of it.
    if scalar::looks_like_text(&text) && !text.starts_with('<') {
        return Ok(Content::Text(text));
    }
    if text.starts_with(['.', '+', '-']) && is_not_finite(&text) {
        return Err(format!(
            "JSON has no number `{text}`; quote it if text is meant"
        ));
    }
    Ok(Content::Plain(text))
}

fn is_not_finite(text: &str) -> bool {
    scalar::resolve(text) == Value::NotFinite
}
