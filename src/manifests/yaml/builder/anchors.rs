//! The nodes that aliases may refer to, and a limit to what that multiplies.

/// How many nodes aliases may stand for in one document; go-yaml begins to refuse at the same number.
const COPIES: u64 = 400_000;

/// The anchors so far.
#[derive(Default)]
pub(super) struct Anchors {
    /// By id, which the parser counts upwards.
    anchors: Vec<Anchor>,
    /// How many nodes the aliases so far stand for.
    copies: u64,
}

#[derive(Clone, Copy)]
struct Anchor {
    id: usize,
    slot: u32,
    copies_before: u64,
    /// None while the node is still open.
    size: Option<Size>,
}

/// What an alias to a node adds: how deep it goes, and how many nodes it is.
#[derive(Clone, Copy)]
struct Size {
    height: usize,
    nodes: u64,
}

impl Anchors {
    /// Takes note of a node that begins; an id of 0 is none.
    pub(super) fn begin(&mut self, id: usize, slot: u32) {
        if id != 0 {
            let copies_before = self.copies;
            self.anchors.push(Anchor {
                id,
                slot,
                copies_before,
                size: None,
            });
        }
    }

    /// Takes note that a node is complete, with everything up to a slot inside it.
    pub(super) fn end(&mut self, id: usize, height: usize, end: u32) {
        if id == 0 {
            return;
        }
        let copies = self.copies;
        if let Some(place) = self.place(id) {
            let anchor = &mut self.anchors[place];
            let nodes = u64::from(end - anchor.slot) + (copies - anchor.copies_before);
            anchor.size = Some(Size { height, nodes });
        }
    }

    /// The slot and the height of the node that an alias refers to.
    pub(super) fn refer(&mut self, id: usize) -> Result<(u32, usize), String> {
        let anchor = self
            .place(id)
            .map(|place| self.anchors[place])
            .ok_or("an alias must follow its anchor")?;
        let size = anchor
            .size
            .ok_or("an anchor's value must not contain itself")?;
        self.copies = self.copies.saturating_add(size.nodes);
        if self.copies > COPIES {
            return Err(format!(
                "the document's aliases stand for more than {COPIES} values"
            ));
        }
        Ok((anchor.slot, size.height))
    }

    fn place(&self, id: usize) -> Option<usize> {
        self.anchors
            .binary_search_by_key(&id, |anchor| anchor.id)
            .ok()
    }
}
