//! `docs/permissions.md`: the groups, what each opens, and what the types of users that ship have.

use std::fmt::Write as _;

use gridfolio::identity::types::SHIPPED;
use gridfolio::kit::access::policy::opens;
use gridfolio::kit::access::{Group, Verb};

use super::walk::{Cell, by_operation, needs};

const HEAD: &str = "# Permissions

Generated from the policy (`crates/server/src/kit/access/policy.rs`) and from what each operation turned out to need, by
`just generate`. Do not edit.

A person has groups; each opens operations. To edit includes to see. Files need `export` and the group that shows what is
in them, and `preventDownload` keeps them from everybody. Which projects somebody sees is set apart, in the `access` of
their account: what they do not see does not exist for them, whatever their groups.

";

/// The document.
pub(super) fn text(cells: &[Cell]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("## Groups\n\n| group | what it is for | operations it opens |\n| --- | --- | --- |\n");
    for group in Group::ALL {
        let names = opened(cells, *group);
        let names = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "| `{}` | {} | {names} |", group.word(), group.description());
    }
    let own = operations(cells, |verb| matches!(verb, Verb::Own | Verb::OwnAccount));
    let _ = writeln!(text, "\nEverybody who is signed in: {}.\n", own.join(", "));
    let _ = writeln!(text, "Everybody, signed in or not: {}.\n", open_to_all(cells).join(", "));
    text.push_str("## Types of users\n\nThese ship; administrators change them and make others.\n\n");
    let names: Vec<&str> = SHIPPED.iter().map(|one| one.name).collect();
    let _ = writeln!(text, "| group | {} |\n| --- |{}", names.join(" | "), " --- |".repeat(names.len()));
    for group in Group::ALL {
        let has: Vec<&str> =
            SHIPPED.iter().map(|one| if one.groups().has(*group) { "yes" } else { "" }).collect();
        let _ = writeln!(text, "| `{}` | {} |", group.word(), has.join(" | "));
    }
    text
}

/// The operations that a group opens, alone or together with others.
fn opened(cells: &[Cell], group: Group) -> Vec<String> {
    let of_group = |cells: &&[Cell]| {
        let needs = needs(cells);
        needs.iter().any(|need| {
            !matches!(need.verb, Verb::Own | Verb::OwnAccount) && opens(group, need.area, need.verb)
        })
    };
    by_operation(cells).filter(of_group).map(name).collect()
}

fn operations(cells: &[Cell], wanted: impl Fn(Verb) -> bool) -> Vec<String> {
    let of_verb = |cells: &&[Cell]| needs(cells).iter().any(|need| wanted(need.verb));
    by_operation(cells).filter(of_verb).map(name).collect()
}

fn open_to_all(cells: &[Cell]) -> Vec<String> {
    by_operation(cells).filter(|cells| needs(cells).is_empty()).map(name).collect()
}

fn name(cells: &[Cell]) -> String {
    format!("`{}`", cells[0].answer.operation.id)
}
