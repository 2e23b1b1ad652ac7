//! Notes and comments inside documents: who wrote them and when is ours to say.
//!
//! A note or comment sent back unchanged keeps its author and time; a new one gets the caller and now.

use serde_json::{Map, Value};

use crate::kit::stored::Document;

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// Name for people.
    pub name: &'a str,
    /// ISO 8601, UTC.
    pub now: &'a str,
}

/// Fills author and time of all notes in `document`. `sent` is the body with the members that clients send back,
/// `before` the stored document, if there is one.
pub fn stamp(document: &mut Document, sent: &Document, before: Option<&Document>, author: Author<'_>) {
    let known = items(before.and_then(|b| b.get("notes")));
    stamp_list(document.get_mut("notes"), sent.get("notes"), known, "note", author);
}

fn items(list: Option<&Value>) -> Vec<&Map<String, Value>> {
    list.and_then(Value::as_array)
        .map(|items| items.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default()
}

fn stamp_list(
    list: Option<&mut Value>,
    sent: Option<&Value>,
    mut known: Vec<&Map<String, Value>>,
    text_member: &str,
    author: Author<'_>,
) {
    let sent = items(sent);
    let Some(list) = list.and_then(Value::as_array_mut) else { return };
    for (index, item) in list.iter_mut().enumerate() {
        let Some(item) = item.as_object_mut() else { continue };
        let sent_item = sent.get(index).copied();
        let same =
            known.iter().position(|k| is_same(k, item, sent_item, text_member)).map(|at| known.remove(at));
        for (member, new) in [("userName", author.name), ("created", author.now)] {
            let value = same.and_then(|s| s.get(member).cloned()).unwrap_or_else(|| new.into());
            item.insert(member.to_owned(), value);
        }
        if text_member == "note" {
            let comments = items(same.and_then(|s| s.get("comments")));
            let sent_comments = sent_item.and_then(|s| s.get("comments"));
            stamp_list(item.get_mut("comments"), sent_comments, comments, "comment", author);
        }
    }
}

fn is_same(
    known: &Map<String, Value>,
    item: &Map<String, Value>,
    sent: Option<&Map<String, Value>>,
    text_member: &str,
) -> bool {
    known.get(text_member) == item.get(text_member)
        && sent.and_then(|s| s.get("created")).is_none_or(|created| known.get("created") == Some(created))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(value: &Value) -> Document {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn only_new_notes_get_the_caller() {
        let before =
            document(&json!({"notes": [{"note": "a", "userName": "Old", "created": "2020-01-01T00:00:00Z",
            "comments": [{"comment": "c", "userName": "Old", "created": "2020-01-02T00:00:00Z"}]}]}));
        let sent =
            document(&json!({"notes": [{"note": "b"}, {"note": "a", "created": "2020-01-01T00:00:00Z",
            "comments": [{"comment": "c"}, {"comment": "d"}]}]}));
        let mut next = sent.clone();
        stamp(&mut next, &sent, Some(&before), Author { name: "New", now: "2025-01-01T00:00:00Z" });
        let notes = next["notes"].as_array().unwrap();
        assert_eq!(notes[0]["userName"], "New");
        assert_eq!(
            (&notes[1]["userName"], &notes[1]["created"]),
            (&json!("Old"), &json!("2020-01-01T00:00:00Z"))
        );
        assert_eq!(notes[1]["comments"][0]["userName"], "Old");
        assert_eq!(notes[1]["comments"][1]["userName"], "New");
    }

    #[test]
    fn a_note_claimed_with_another_time_is_new() {
        let before = document(
            &json!({"notes": [{"note": "a", "userName": "Old", "created": "2020-01-01T00:00:00Z"}]}),
        );
        let sent = document(
            &json!({"notes": [{"note": "a", "created": "1999-01-01T00:00:00Z", "userName": "Forged"}]}),
        );
        let mut next = document(&json!({"notes": [{"note": "a"}]}));
        stamp(&mut next, &sent, Some(&before), Author { name: "New", now: "2025-01-01T00:00:00Z" });
        assert_eq!(next["notes"][0]["userName"], "New");
    }
}
