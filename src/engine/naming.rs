//! What people call checks.

use crate::check::{Check, Group};
use crate::checks;

/// The checks that a name means, by id; none where it means nothing. A name is
///
/// - an id: `host-path`;
/// - a group: `probes`;
/// - a pattern over ids, in which `*` is any text: `rbac-*`;
/// - what another tool calls the same thing: `polaris/hostPathSet`, or without the tool. Such a name may mean several checks.
pub fn named(name: &str) -> Vec<&'static Check> {
    if let Some(check) = checks::find(name) {
        return vec![check];
    }
    let all = checks::ALL.iter().copied();
    if name.contains('*') {
        return all.filter(|check| is_like(name, check.id)).collect();
    }
    match Group::ALL.into_iter().find(|group| group.name() == name) {
        Some(group) => all.filter(|check| check.group == group).collect(),
        None => {
            let is_called =
                |check: &&Check| check.aliases.iter().any(|alias| is_alias(alias, name));
            all.filter(is_called).collect()
        }
    }
}

/// Every name but the patterns, for who suggests one.
pub fn names() -> impl Iterator<Item = &'static str> {
    let ids = checks::ALL.iter().map(|check| check.id);
    let groups = Group::ALL.into_iter().map(Group::name);
    let aliases = checks::ALL.iter().flat_map(|check| check.aliases).copied();
    ids.chain(groups).chain(aliases)
}

/// Whether an alias, `tool/name`, is what somebody calls `name` or `tool/name`.
pub fn is_alias(alias: &str, name: &str) -> bool {
    alias == name
        || alias
            .split_once('/')
            .is_some_and(|(_, short)| short == name)
}

/// Whether a text is like a pattern, in which `*` is any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_checks() {
        let ids = |name: &str| -> Vec<_> { named(name).iter().map(|check| check.id).collect() };
        assert_eq!(ids("host-path"), ["host-path"]);
        assert_eq!(ids("polaris/hostPathSet"), ["host-path"]);
        assert_eq!(ids("hostPathSet"), ["host-path"]);
        assert_eq!(ids("host-net*"), ["host-network"]);
        assert_eq!(named("*").len(), checks::ALL.len());
        assert!(
            ids("container-resources").len() > 1,
            "kube-score has one for four of ours"
        );
        assert!(ids("probes").contains(&"liveness-probe"));
        assert!(ids("host-pat").is_empty());
    }

    #[test]
    fn a_pattern_has_any_text_for_each_star() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c", false),
            ("a*a", "a", false),
            ("b*", "abc", false),
            ("*-probe", "liveness-probe", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }

    /// A group that is called like a check would hide it.
    #[test]
    fn no_group_is_called_like_a_check() {
        for group in Group::ALL {
            assert!(checks::find(group.name()).is_none(), "{}", group.name());
        }
    }
}
