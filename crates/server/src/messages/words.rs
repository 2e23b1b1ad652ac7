//! Plain text: one line out of whatever was typed, paragraphs wrapped, and what of another server's words may be
//! repeated in a log.

/// Columns of a mail's text.
const WIDTH: usize = 72;

/// One line of at most so many characters. Control characters, line ends and what turns the direction of writing
/// become spaces.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let shown = |c: char| if is_shown(c) { c } else { ' ' };
    let plain: String = text.chars().map(shown).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        None => line,
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

/// Neither control characters nor the marks that hide or reverse text.
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Wraps each line at [`WIDTH`] columns. A word that is longer (an address, a password) stays whole.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        let mut columns = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if columns > 0 && columns + 1 + length > WIDTH {
                out.push('\n');
                columns = 0;
            } else if columns > 0 {
                out.push(' ');
                columns += 1;
            }
            out.push_str(word);
            columns += length;
        }
        out.push('\n');
    }
    out
}

/// A person's own words, each line marked as such.
pub(super) fn quote(text: &str) -> String {
    text.lines().map(|line| format!("> {}\n", one_line(line, 2000)).replace("> \n", ">\n")).collect()
}

/// What another server said, as far as it cannot be an address, a name that was sent to it or a secret: short words of
/// letters, and numbers of status.
pub(super) fn harmless(said: &str) -> String {
    let letters = |word: &str| word.len() <= 14 && word.chars().all(|c| c.is_ascii_alphabetic());
    let status = |word: &str| word.len() <= 8 && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    let mut kept: Vec<&str> = Vec::new();
    for word in said.split_whitespace().take(40) {
        let core = word.trim_matches(['.', ',', ':', ';', '(', ')', '\'', '"', '!']);
        let fits = letters(core) || status(core);
        match kept.last() {
            _ if fits => kept.push(word),
            Some(&"…") => {}
            _ => kept.push("…"),
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(one_line("a\r\nBcc: b@example.org\u{2028}c\t d\u{202e}", 100), "a Bcc: b@example.org c d");
        assert_eq!(one_line("äöü äöü", 4), "äöü…");
        assert_eq!(one_line("", 4), "");
    }

    #[test]
    fn paragraphs_are_wrapped_and_long_words_stay_whole() {
        let long = "x".repeat(100);
        let text = format!("{} {long} end\n\nsecond", "word ".repeat(20).trim_end());
        let wrapped = wrap(&text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= WIDTH || line == long), "{wrapped}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&wrapped), words(&text));
        assert!(wrapped.ends_with("end\n\nsecond\n"), "{wrapped}");
    }

    #[test]
    fn own_words_are_marked() {
        assert_eq!(quote("one\n\nFrom me\r\n"), "> one\n>\n> From me\n");
    }

    #[test]
    fn only_harmless_words_are_repeated() {
        assert_eq!(
            harmless("5.1.1 <bob@example.org>: Recipient address rejected: User unknown"),
            "5.1.1 … Recipient address rejected: User unknown"
        );
        assert_eq!(harmless("hello AHVzZXIAcGFzc3dvcmQ= xK3-p9 bob@x"), "hello …");
    }
}
