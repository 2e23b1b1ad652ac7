//! Who may what, as the walk has seen it: what must hold whatever the policy says, and what people have written down.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gridfolio::kit::access::{Area, Verb};
use gridfolio_testkit::{Role, files};

use super::walk::{Cell, Relation, by_operation, needs};

/// One line per operation: what everybody hears for a valid call; of a type as free/own/other/none.
pub(super) fn text(cells: &[Cell]) -> String {
    let mut text = String::new();
    for cells in by_operation(cells) {
        let operation = &cells[0].answer.operation;
        let _ = write!(text, "{} {} {}", operation.method, operation.path, operation.id);
        for role in Role::ALL {
            let statuses: Vec<String> = Relation::ALL
                .into_iter()
                .flat_map(|relation| cells.iter().filter(move |c| c.role == role && c.relation == relation))
                .map(|cell| cell.answer.status.to_string())
                .collect();
            let _ = write!(text, " {}={}", role.word().replace(' ', "-"), statuses.join("/"));
        }
        text.push('\n');
    }
    text
}

/// A cell that somebody wrote down by hand.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    operation: String,
    role: String,
    relation: String,
    status: u16,
}

/// `operation  role  relation  status`, separated by tabs; lines with `#` are remarks.
fn expected(text: &str) -> Vec<Expected> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [operation, role, relation, status] => Expected {
                operation: operation.to_owned(),
                role: role.to_owned(),
                relation: relation.to_owned(),
                status: status.parse().unwrap_or_else(|_| panic!("{line}: the status is no number")),
            },
            _ => panic!("{line}: four columns are wanted"),
        })
        .collect()
}

fn key(cell: &Cell) -> (String, String, String) {
    let operation = cell.answer.operation.id.clone();
    (operation, cell.role.word().to_owned(), cell.relation.word().to_owned())
}

fn against_expected(cells: &[Cell], expected: &[Expected]) -> Vec<String> {
    let found: BTreeMap<_, u16> = cells.iter().map(|cell| (key(cell), cell.answer.status)).collect();
    let wrong = |one: &Expected| {
        let (operation, role, relation) = (one.operation.clone(), one.role.clone(), one.relation.clone());
        match found.get(&(operation, role, relation)) {
            Some(status) if *status == one.status => None,
            other => Some(format!("{one:?}: heard {other:?}")),
        }
    };
    expected.iter().filter_map(wrong).collect()
}

/// What must be written down by hand: money, files, orders, people; for those who must not have them.
fn is_sensitive(cells: &[Cell]) -> bool {
    let operation = &cells[0].answer.operation;
    needs(cells).iter().any(|need| match need.verb {
        Verb::Download | Verb::Control => true,
        Verb::Edit => need.area == Area::People || need.area == Area::Finance,
        Verb::Read => need.area == Area::Finance || (need.area == Area::People && operation.method != "GET"),
        Verb::Own | Verb::OwnAccount => {
            operation.path.starts_with("/users/{userId}") && operation.method != "GET"
        }
    })
}

fn not_written_down(cells: &[Cell], expected: &[Expected]) -> Vec<String> {
    by_operation(cells)
        .filter(|cells| is_sensitive(cells))
        .flat_map(|cells| {
            ["viewer", "field technician"].map(|role| (cells[0].answer.operation.id.clone(), role))
        })
        .filter(|(operation, role)| {
            !expected.iter().any(|one| one.operation == *operation && one.role == *role)
        })
        .map(|(operation, role)| format!("access_expected.tsv has no cell for {operation} by a {role}"))
        .collect()
}

/// What holds whatever the policy says.
fn against_nature(cells: &[Cell]) -> Vec<String> {
    let mut wrong = Vec::new();
    for cells in by_operation(cells) {
        let operation = &cells[0].answer.operation;
        for cell in cells {
            let allowed = cell.answer.status < 400;
            let limited_elsewhere = matches!(cell.relation, Relation::Other | Relation::None);
            let mut say = |what: &str| {
                wrong
                    .push(format!("{} by {}: {} {what}", operation.id, cell.answer.role, cell.answer.status));
            };
            if limited_elsewhere && allowed && is_about_the_project(cells) {
                say("though the project is not theirs");
            }
            if limited_elsewhere && names_the_project(&cell.text) && allowed {
                say("names a project that is not theirs");
            }
            if limited_elsewhere
                && is_about_the_project(cells)
                && cell.answer.status == 403
                && sees_it(cells, cell)
            {
                say("tells that the project exists");
            }
            if cell.relation == Relation::Own && allowed && !free(cells, cell.role) {
                say("though without limits they may not");
            }
        }
    }
    wrong
}

/// Whether the path of the call names the project, or something in it.
fn is_about_the_project(cells: &[Cell]) -> bool {
    let path = &cells[0].answer.operation.path;
    let creates = cells[0].answer.operation.id == "create_project";
    !creates && ["{projectId}", "{eventId}", "{portfolioId}"].iter().any(|word| path.contains(word))
}

/// Whether their type may read the area, so that a refusal would be about this very thing.
fn sees_it(cells: &[Cell], cell: &Cell) -> bool {
    free(cells, cell.role)
}

fn names_the_project(text: &str) -> bool {
    text.contains("COV")
}

fn free(cells: &[Cell], role: Role) -> bool {
    cells.iter().any(|c| c.role == role && c.relation == Relation::Free && c.answer.status < 400)
}

/// Fails on the first wrong cell, and says how many there are.
pub(super) fn check(cells: &[Cell]) {
    let expected = expected(&files::read("crates/server/tests/it/access_expected.tsv"));
    let wrong = [against_expected(cells, &expected), against_nature(cells)].concat();
    println!(
        "access: {} cells of {} operations, {} written down by hand, {} wrong",
        cells.len(),
        by_operation(cells).count(),
        expected.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    let missing = not_written_down(cells, &expected);
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(expected.len() >= 60, "{} cells are written down, at least 60 are wanted", expected.len());
}

#[cfg(test)]
mod twins {
    use gridfolio::kit::access::Need;
    use serde_json::Value;

    use super::*;
    use crate::coverage::checks::{Answer, Operation};

    fn cell(path: &str, role: Role, relation: Relation, status: u16) -> Cell {
        let operation = Operation::from(["GET", path, "get_x", "x"].map(str::to_owned));
        let answer =
            Answer { operation, role: role.word().to_owned(), status, body: Value::Null, audit_rows: 0 };
        let needs = vec![Need { area: Area::Finance, verb: Verb::Read }];
        Cell { answer, role, relation, text: String::new(), needs }
    }

    #[test]
    fn a_hole_in_the_limits_is_noticed() {
        let path = "/projects/{projectId}/x";
        let hole =
            [cell(path, Role::Viewer, Relation::Free, 200), cell(path, Role::Viewer, Relation::Other, 200)];
        assert_eq!(against_nature(&hole).len(), 1);
        let telling =
            [cell(path, Role::Viewer, Relation::Free, 200), cell(path, Role::Viewer, Relation::None, 403)];
        assert_eq!(against_nature(&telling).len(), 1);
        let mut leak = cell("/x", Role::Viewer, Relation::None, 200);
        leak.text = "[\"COV\"]".to_owned();
        assert_eq!(against_nature(&[leak]).len(), 1);
        let more =
            [cell("/x", Role::Viewer, Relation::Free, 403), cell("/x", Role::Viewer, Relation::Own, 200)];
        assert_eq!(against_nature(&more).len(), 1);
        let right =
            [cell(path, Role::Viewer, Relation::Free, 200), cell(path, Role::Viewer, Relation::Other, 404)];
        assert!(against_nature(&right).is_empty());
    }

    #[test]
    fn a_cell_that_differs_or_lacks_is_noticed() {
        let cells = [cell("/x", Role::Viewer, Relation::Free, 200)];
        assert_eq!(against_expected(&cells, &expected("get_x\tviewer\tfree\t403\n")).len(), 1);
        assert!(against_expected(&cells, &expected("# remark\nget_x\tviewer\tfree\t200\n")).is_empty());
        assert_eq!(against_expected(&cells, &expected("get_y\tviewer\tfree\t200\n")).len(), 1);
        assert_eq!(not_written_down(&cells, &[]).len(), 2, "money, for the viewer and the technician");
    }
}
