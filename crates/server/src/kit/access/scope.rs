//! Which projects a person sees. A list asks for it as a condition of its query, so that nothing is filtered after
//! paging; a single thing is asked for after it was loaded.
//!
//! An empty list of projects means that no project is seen: nothing here opens by being empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use gridfolio_db::in_list;

/// The projects that a person sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// All, those made later too, and what belongs to no project.
    #[default]
    Everything,
    /// These only.
    Only(Arc<Limits>),
}

/// What a limited person sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Codes of projects; they need not exist.
    pub projects: BTreeSet<String>,
    /// Ids of portfolios that are seen even while they are empty.
    pub portfolios: BTreeSet<String>,
}

impl Scope {
    /// Whether a project is seen.
    pub fn sees(&self, project: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(limits) => limits.projects.contains(project),
        }
    }

    /// Whether a portfolio that names these projects is seen.
    pub fn sees_portfolio<'a>(&self, id: &str, projects: impl IntoIterator<Item = &'a str>) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(limits) => {
                limits.portfolios.contains(id) || projects.into_iter().any(|code| self.sees(code))
            }
        }
    }

    /// Whether everything is seen, also what belongs to no project.
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }

    /// Whether all that another sees is seen.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::Only(_), Self::Everything) => false,
            (Self::Only(own), Self::Only(theirs)) => {
                own.projects.is_superset(&theirs.projects) && own.portfolios.is_superset(&theirs.portfolios)
            }
        }
    }

    /// For a `WHERE` over a column with codes of projects; its placeholders begin at `$first`.
    pub fn on_projects(&self, column: &str, first: usize) -> Condition {
        match self {
            Self::Everything => Condition { sql: "1 = 1".to_owned(), binds: Vec::new() },
            Self::Only(limits) => is_one_of(column, first, &limits.projects),
        }
    }

    /// For a `WHERE` over the table of portfolios.
    pub fn on_portfolios(&self, first: usize) -> Condition {
        let Self::Only(limits) = self else { return self.on_projects("", first) };
        let named = is_one_of("project", first, &limits.projects);
        let listed = is_one_of("id", first + named.binds.len(), &limits.portfolios);
        Condition {
            sql: format!(
                "(id IN (SELECT portfolio FROM portfolio_project WHERE {}) OR {})",
                named.sql, listed.sql
            ),
            binds: named.binds.into_iter().chain(listed.binds).collect(),
        }
    }
}

/// A term of a `WHERE`, and the texts for its placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The term.
    pub sql: String,
    /// The texts.
    pub binds: Vec<String>,
}

fn is_one_of(column: &str, first: usize, texts: &BTreeSet<String>) -> Condition {
    if texts.is_empty() {
        return Condition { sql: "1 = 0".to_owned(), binds: Vec::new() };
    }
    Condition {
        sql: format!("{column} IN ({})", in_list(first, texts.len())),
        binds: texts.iter().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(projects: &[&str], portfolios: &[&str]) -> Scope {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Scope::Only(Arc::new(Limits { projects: set(projects), portfolios: set(portfolios) }))
    }

    #[test]
    fn an_empty_list_shows_nothing() {
        let nothing = only(&[], &[]);
        assert!(!nothing.sees("A") && !nothing.sees_portfolio("p", ["A"]) && !nothing.is_everything());
        assert_eq!(nothing.on_projects("code", 1).sql, "1 = 0");
        assert!(nothing.on_portfolios(1).binds.is_empty());
    }

    #[test]
    fn conditions_count_their_places() {
        let some = only(&["A", "B"], &["p"]);
        let condition = some.on_projects("code", 3);
        assert_eq!((condition.sql.as_str(), condition.binds.len()), ("code IN ($3,$4)", 2));
        let portfolios = some.on_portfolios(2);
        assert_eq!(
            portfolios.sql,
            "(id IN (SELECT portfolio FROM portfolio_project WHERE project IN ($2,$3)) OR id IN ($4))"
        );
        assert_eq!(portfolios.binds, ["A", "B", "p"]);
    }

    #[test]
    fn nobody_limited_covers_everything() {
        assert!(Scope::Everything.covers(&only(&["A"], &[])));
        assert!(!only(&["A"], &[]).covers(&Scope::Everything));
        assert!(only(&["A", "B"], &[]).covers(&only(&["A"], &[])));
        assert!(!only(&["A"], &[]).covers(&only(&["A"], &["p"])));
    }
}
