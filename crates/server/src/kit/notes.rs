//! Notes and comments inside documents: who wrote them and when is ours to say.
//!
//! A note or comment sent back unchanged keeps its author and time; a new one gets the caller and now. Where a note
//! has a date of its own (`noteDate`), the client may say it.

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

/// What the members of a note are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `note`, `created`, and `comments`
    Note,
    /// `comment`, `created`
    Comment,
    /// `note`, `noteDate`
    Dated,
}

impl Form {
    fn text(self) -> &'static str {
        if self == Self::Comment { "comment" } else { "note" }
    }

    fn time(self) -> &'static str {
        if self == Self::Dated { "noteDate" } else { "created" }
    }
}

/// Fills author and time of all notes in `document`. `sent` is the body with the members that clients send back,
/// `before` the stored document, if there is one.
pub fn stamp(document: &mut Document, sent: &Document, before: Option<&Document>, author: Author<'_>) {
    let known = items(before.and_then(|b| b.get("notes")));
    stamp_list(document.get_mut("notes"), sent.get("notes"), known, Form::Note, author);
}

/// The same for notes with a `noteDate`, which stays as the client says it.
pub fn stamp_dated(document: &mut Document, sent: &Document, before: Option<&Document>, author: Author<'_>) {
    let known = items(before.and_then(|b| b.get("notes")));
    stamp_list(document.get_mut("notes"), sent.get("notes"), known, Form::Dated, author);
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
    form: Form,
    author: Author<'_>,
) {
    let sent = items(sent);
    let Some(list) = list.and_then(Value::as_array_mut) else { return };
    for (index, item) in list.iter_mut().enumerate() {
        let Some(item) = item.as_object_mut() else { continue };
        let sent_item = sent.get(index).copied();
        let same = known.iter().position(|k| is_same(k, item, sent_item, form)).map(|at| known.remove(at));
        for (member, new) in [("userName", author.name), (form.time(), author.now)] {
            if form == Form::Dated && member == form.time() && item.contains_key(member) {
                continue;
            }
            let value = same.and_then(|s| s.get(member).cloned()).unwrap_or_else(|| new.into());
            item.insert(member.to_owned(), value);
        }
        if form == Form::Note {
            let comments = items(same.and_then(|s| s.get("comments")));
            let sent_comments = sent_item.and_then(|s| s.get("comments"));
            stamp_list(item.get_mut("comments"), sent_comments, comments, Form::Comment, author);
        }
    }
}

fn is_same(
    known: &Map<String, Value>,
    item: &Map<String, Value>,
    sent: Option<&Map<String, Value>>,
    form: Form,
) -> bool {
    let time = form.time();
    known.get(form.text()) == item.get(form.text())
        && sent.and_then(|s| s.get(time)).is_none_or(|said| said.is_null() || known.get(time) == Some(said))
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

    #[test]
    fn a_dated_note_has_the_date_that_was_said() {
        let before = document(
            &json!({"notes": [{"note": "a", "userName": "Old", "noteDate": "2020-01-01T00:00:00Z"}]}),
        );
        let sent =
            document(&json!({"notes": [{"note": "a"}, {"note": "b", "noteDate": "2021-01-01T00:00:00Z"},
            {"note": "c"}]}));
        let mut next = sent.clone();
        stamp_dated(&mut next, &sent, Some(&before), Author { name: "New", now: "2025-01-01T00:00:00Z" });
        let expected = json!([
            {"note": "a", "userName": "Old", "noteDate": "2020-01-01T00:00:00Z"},
            {"note": "b", "userName": "New", "noteDate": "2021-01-01T00:00:00Z"},
            {"note": "c", "userName": "New", "noteDate": "2025-01-01T00:00:00Z"},
        ]);
        assert_eq!(next["notes"], expected);
    }
}
