//! A line taken apart into cells.
//!
//! A cell that begins with a double quote ends at the next single one; `""` inside is one quote. Quotes inside an
//! unquoted cell are text.

use std::fmt;

use crate::Reason;

/// What divides the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Pipe,
}

impl Delimiter {
    const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    /// The character.
    pub fn char(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
            Self::Pipe => '|',
        }
    }

    /// The delimiter that a header has most often outside quotes; `None` when it has none.
    pub(crate) fn of_header(header: &str) -> Option<Self> {
        let mut counts = [0_usize; Self::ALL.len()];
        let mut quoted = false;
        for character in header.chars() {
            quoted ^= character == '"';
            if !quoted && let Some(index) = Self::ALL.iter().position(|known| known.char() == character) {
                counts[index] += 1;
            }
        }
        let most = *counts.iter().max()?;
        let index = counts.iter().position(|count| *count == most && most > 0)?;
        Self::ALL.get(index).copied()
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "|",
        })
    }
}

/// The cells of one line; reused for every line of a file.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Takes a line apart.
    pub(crate) fn split(&mut self, line: &str, delimiter: Delimiter) -> Result<(), Reason> {
        self.text.clear();
        self.ends.clear();
        let delimiter = delimiter.char();
        let mut rest = line;
        loop {
            rest = if let Some(quoted) = rest.strip_prefix('"') {
                self.quoted(quoted)?
            } else {
                let end = rest.find(delimiter).unwrap_or(rest.len());
                self.text.push_str(&rest[..end]);
                &rest[end..]
            };
            self.ends.push(self.text.len());
            if rest.is_empty() {
                return Ok(());
            }
            rest = rest.strip_prefix(delimiter).ok_or(Reason::TextAfterQuote)?;
        }
    }

    /// Takes a quoted cell, from behind its opening quote; gives what follows its closing one.
    fn quoted<'l>(&mut self, mut rest: &'l str) -> Result<&'l str, Reason> {
        loop {
            let end = rest.find('"').ok_or(Reason::OpenQuote)?;
            self.text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    self.text.push('"');
                    rest = after;
                }
                None => return Ok(rest),
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A cell without the spaces around it; empty when there is none.
    pub(crate) fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).map_or("", |end| self.text[start..*end].trim())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Whether no cell has content: the empty lines of a spreadsheet.
    pub(crate) fn are_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str, delimiter: Delimiter) -> Result<Vec<String>, Reason> {
        let mut cells = Cells::default();
        cells.split(line, delimiter)?;
        Ok(cells.iter().map(str::to_owned).collect())
    }

    #[test]
    fn splits_plain_and_quoted_cells() {
        let comma = |line| split(line, Delimiter::Comma);
        assert_eq!(comma("a, b ,c").unwrap(), ["a", "b", "c"]);
        assert_eq!(comma(",").unwrap(), ["", ""]);
        assert_eq!(comma("").unwrap(), [""]);
        assert_eq!(comma("\"a,\"\"b\"\"\",\"\",2").unwrap(), ["a,\"b\"", "", "2"]);
        assert_eq!(comma("12\" pipe,x").unwrap(), ["12\" pipe", "x"]);
        assert_eq!(comma("\"a,b"), Err(Reason::OpenQuote));
        assert_eq!(comma("\"a\"b,c"), Err(Reason::TextAfterQuote));
        assert_eq!(split("a;b,c;d", Delimiter::Semicolon).unwrap(), ["a", "b,c", "d"]);
    }

    #[test]
    fn finds_the_delimiter_of_a_header() {
        assert_eq!(Delimiter::of_header("time,power"), Some(Delimiter::Comma));
        assert_eq!(Delimiter::of_header("time;\"power, kW\";x"), Some(Delimiter::Semicolon));
        assert_eq!(Delimiter::of_header("time\tpower"), Some(Delimiter::Tab));
        assert_eq!(Delimiter::of_header("time|power"), Some(Delimiter::Pipe));
        assert_eq!(Delimiter::of_header("\"time,power\""), None);
    }
}
