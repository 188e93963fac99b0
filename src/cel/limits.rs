//! Refuses, before it is parsed, what would take the parser or an evaluation too deep.
//!
//! The parser goes down the stack once for each bracket and for each link of a chain such as `a.b.c` or `a + b + c`, so a
//! source of a few kilobytes could overflow it. And of two negations in a row it reads the operand twice and drops one.

use super::error::{At, CompileError};
use super::tokens::{Tokens, is_word};

/// The longest source, in bytes. The catalogue's longest expression has 1,500.
const LENGTH: usize = 16 * 1024;

/// The most brackets within each other.
pub(super) const NESTING: u16 = 32;

/// The most links of the chains that one place of the source is within.
const LINKS: usize = 96;

pub(super) fn check(source: &str) -> Result<(), CompileError> {
    let refuse = |byte: usize, what: &'static str| {
        Err(CompileError::TooComplex {
            at: At::byte(source, byte),
            what,
        })
    };
    if source.len() > LENGTH {
        return refuse(LENGTH, "the expression is longer than 16 KiB");
    }
    // For each open bracket, the links of the chain that it stands in.
    let mut open = vec![0_usize];
    let mut negated = None;
    for (at, token) in Tokens::of(source) {
        if negated == Some(token) {
            return refuse(at, "two negations in a row; leave both out");
        }
        negated = matches!(token, "!" | "-").then_some(token);
        let links: usize = open.iter().sum();
        match token {
            "(" | "[" | "{" => {
                add_link(&mut open);
                open.push(0);
                if open.len() > usize::from(NESTING) {
                    return refuse(at, "more than 32 brackets within each other");
                }
            }
            ")" | "]" | "}" => {
                if open.len() > 1 {
                    open.pop();
                }
            }
            "&&" | "||" | "?" | ":" | "," => {
                if let Some(chain) = open.last_mut() {
                    *chain = 0;
                }
            }
            _ if is_word(token) && token != "in" => {}
            _ => add_link(&mut open),
        }
        if links > LINKS {
            return refuse(at, "a chain of more than 96 fields, calls and operators");
        }
    }
    Ok(())
}

fn add_link(open: &mut [usize]) {
    if let Some(chain) = open.last_mut() {
        *chain += 1;
    }
}
