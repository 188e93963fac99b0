//! Which programs a command runs, as far as its words tell.

use crate::model::Text;
use crate::model::wire::scalar::Str;

/// Programs that run a script which is given to them after `-c`.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Words of a shell before which no program stands: what follows them is one.
const KEYWORDS: [&str; 10] = [
    "!", "do", "elif", "else", "exec", "if", "then", "time", "until", "while",
];

/// The programs of a command, without their directories, each once.
pub(super) fn programs(command: &[Str]) -> Box<[Text]> {
    let words: Vec<&str> = command.iter().map(|word| &*word.0).collect();
    let mut found: Vec<Text> = Vec::new();
    match words.as_slice() {
        [shell, flag, script, ..]
            if SHELLS.contains(&name(shell)) && flag.starts_with('-') && flag.ends_with('c') =>
        {
            for program in of_script(script) {
                if !found.iter().any(|known| **known == *program) {
                    found.push(program.into());
                }
            }
        }
        [program, ..] => found.push(name(program).into()),
        [] => {}
    }
    found.into()
}

/// The program at the beginning of each command of a script.
fn of_script(script: &str) -> impl Iterator<Item = &str> {
    let between = [';', '&', '|', '\n', '(', ')', '{', '}', '`'];
    let commands = script.split(between);
    commands.filter_map(|command| {
        let mut words = command.split_whitespace();
        let program = words.find(|word| !KEYWORDS.contains(word) && !is_assignment(word))?;
        Some(name(program)).filter(|program| !program.is_empty())
    })
}

/// `NAME=value` before a program.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn name(program: &str) -> &str {
    let program = program.trim_matches(['"', '\'']);
    program.rsplit('/').next().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_their_arguments() {
        for (command, expected) in [
            (&["/bin/ls", "-l"][..], &["ls"][..]),
            (&["cat", "/tmp/ps"], &["cat"]),
            (&["sh", "-c", "ps aux | grep web"], &["ps", "grep"]),
            (
                &[
                    "/bin/bash",
                    "-ec",
                    "test -f /ls && A=1 /bin/jcmd 1; jcmd 2 || true",
                ],
                &["test", "jcmd", "true"],
            ),
            (
                &["sh", "-c", "if ! ls /tmp; then exit 1; fi"],
                &["ls", "exit", "fi"],
            ),
            (&["sh", "-c", "[ $(pgrep web) ]"], &["[", "pgrep", "]"]),
            (&["sh", "script.sh"], &["sh"]),
            (&["sh", "-c"], &["sh"]),
            (&["sh", "-c", ""], &[]),
            (&[], &[]),
        ] {
            let words: Vec<_> = command.iter().map(|word| Str((*word).into())).collect();
            let found: Vec<_> = programs(&words)
                .iter()
                .map(|name| name.to_string())
                .collect();
            assert_eq!(found, expected, "{command:?}");
        }
    }
}
