//! The way to a field, which costs nothing unless something is wrong there.

use crate::model::Misfit;

/// The way to a field.
pub(super) struct Way<'a> {
    above: Option<&'a Way<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> Way<'a> {
    /// To the object itself.
    pub(super) fn top() -> Self {
        Self {
            above: None,
            step: Step::Key(""),
        }
    }

    /// To a field.
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            above: Some(self),
            step: Step::Key(key),
        }
    }

    /// To an item of a list.
    pub(super) fn item(&'a self, at: usize) -> Self {
        Self {
            above: Some(self),
            step: Step::Item(at),
        }
    }

    /// Whether it leads to the object itself.
    pub(super) fn is_top(&self) -> bool {
        self.above.is_none()
    }

    /// Adds what is wrong here.
    pub(super) fn add(&self, problem: &str, found: &mut Vec<Misfit>) {
        found.push(self.misfit(|field| format!("{field} {problem}")));
    }

    /// What is wrong here, in words that name the field.
    pub(super) fn misfit(&self, message: impl FnOnce(&str) -> String) -> Misfit {
        let (mut path, mut field) = (String::new(), String::new());
        self.write(&mut path, &mut field);
        Misfit {
            message: message(&field).into(),
            path: path.into(),
        }
    }

    fn write(&self, path: &mut String, field: &mut String) {
        let Some(above) = self.above else {
            return;
        };
        above.write(path, field);
        match self.step {
            Step::Key(key) => {
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                let is_name =
                    |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
                if key.bytes().all(is_name) {
                    let dot = if field.is_empty() { "" } else { "." };
                    field.push_str(dot);
                    field.push_str(key);
                } else {
                    let shown: String = key.chars().take(80).flat_map(char::escape_debug).collect();
                    field.push_str(&format!("[\"{shown}\"]"));
                }
            }
            Step::Item(at) => {
                path.push_str(&format!("/{at}"));
                field.push_str(&format!("[{at}]"));
            }
        }
    }
}
