//! What the match conditions of policies come to for an object.

use super::Text;

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It cannot be said, and why.
    Error(Text),
}

/// What expressions came to for an object as it was read, since a record has no more of the object than checks read. An
/// expression that is not there has not been asked. Where no policy has any, this takes no memory of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(Box<[(Text, Answer)]>);

impl Answers {
    /// What an expression came to; `None` where it has not been asked.
    pub fn get(&self, expression: &str) -> Option<&Answer> {
        let mut answers = self.0.iter();
        let found = answers.find(|(asked, _)| **asked == *expression);
        found.map(|(_, answer)| answer)
    }
}

impl FromIterator<(Text, Answer)> for Answers {
    fn from_iter<I: IntoIterator<Item = (Text, Answer)>>(answers: I) -> Self {
        Self(answers.into_iter().collect())
    }
}
