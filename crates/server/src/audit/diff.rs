//! What a change did, member by member.

use gridfolio_wire::audit::MemberChange;
use serde_json::Value;

use crate::kit::stored::Document;

/// The members that differ between two documents. Objects are compared member by member, everything else whole.
pub fn changes(before: Option<&Document>, after: Option<&Document>) -> Vec<MemberChange> {
    let mut found = Vec::new();
    compare_objects("", before, after, &mut found);
    found
}

fn compare_objects(
    path: &str,
    before: Option<&Document>,
    after: Option<&Document>,
    found: &mut Vec<MemberChange>,
) {
    let names_before = before.into_iter().flat_map(Document::keys);
    let new_names =
        after.into_iter().flat_map(Document::keys).filter(|n| before.is_none_or(|b| !b.contains_key(*n)));
    for name in names_before.chain(new_names) {
        let from = before.and_then(|b| b.get(name));
        let to = after.and_then(|a| a.get(name));
        let member = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match (from, to) {
            _ if from == to => {}
            (Some(Value::Object(from)), Some(Value::Object(to))) => {
                compare_objects(&member, Some(from), Some(to), found);
            }
            _ => found.push(MemberChange { member, from: from.cloned(), to: to.cloned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_named() {
        let before = json!({"name": "a", "milestones": {"pto": "2020-01-01"}, "tags": [1], "same": 1});
        let after =
            json!({"name": "b", "milestones": {"pto": "2020-01-02"}, "tags": [1, 2], "same": 1, "new": true});
        let found = changes(before.as_object(), after.as_object());
        let members: Vec<&str> = found.iter().map(|c| c.member.as_str()).collect();
        assert_eq!(members, ["name", "milestones.pto", "tags", "new"]);
        assert_eq!(found[3], MemberChange { member: "new".into(), from: None, to: Some(json!(true)) });
        assert!(changes(before.as_object(), before.as_object()).is_empty());
    }
}
