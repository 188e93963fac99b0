//! Whether an object is what the schema of its kind asks for.

/// What a comparison of an object with the schema of its kind came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// It was not compared: it is of a cluster, whose API server has seen to it, or of a kind whose schema is not known.
    #[default]
    Unsaid,
    /// It is what the schema asks for.
    Fits,
    /// It is not, in these places.
    Misfits(Box<[Misfit]>),
}

/// Something that is not as the schema has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The JSON pointer of the field.
    pub path: Box<str>,
    /// What is wrong, and what would be right.
    pub message: Box<str>,
}
