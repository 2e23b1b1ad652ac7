//! Lines of a file, one at a time, in bounded memory.
//!
//! A line ends in LF or CRLF. Quotes do not reach over line ends: a cell with a line break is refused, so that one
//! forgotten quote costs one line and not the rest of the file.

use std::io::{self, BufRead, BufReader, Read};

use crate::Reason;

/// Bytes of a line at most; far beyond any meter file, and what bounds the memory.
pub(crate) const LINE_LIMIT: usize = 64 * 1024;
const BUFFER: usize = 256 * 1024;
const BOM: &[u8] = &[0xef, 0xbb, 0xbf];

/// Reads lines and remembers what went by.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    number: u64,
    position: u64,
    checksum: crc32fast::Hasher,
    too_long: bool,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER, source),
            buffer: Vec::new(),
            number: 0,
            position: 0,
            checksum: crc32fast::Hasher::new(),
            too_long: false,
        }
    }

    /// Moves to the next line; false at the end.
    pub(crate) fn advance(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        self.too_long = false;
        let limit = LINE_LIMIT as u64 + 2;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(false);
        }
        self.note(read);
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
            if self.buffer.last() == Some(&b'\r') {
                self.buffer.pop();
            }
        } else if read > LINE_LIMIT {
            self.skip_rest()?;
        }
        self.too_long |= self.buffer.len() > LINE_LIMIT;
        self.buffer.truncate(LINE_LIMIT);
        if self.number == 1 && self.buffer.starts_with(BOM) {
            self.buffer.drain(..BOM.len());
        }
        Ok(true)
    }

    fn note(&mut self, read: usize) {
        self.number += 1;
        self.position += read as u64;
        self.checksum.update(&self.buffer);
    }

    /// Passes over what is left of a line that is too long.
    fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(());
            }
            self.too_long = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.checksum.update(&chunk[..used]);
            self.reader.consume(used);
            self.position += used as u64;
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// The line as it stands in the file, without its end; cut where it is too long.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.buffer
    }

    /// The line as text.
    pub(crate) fn text(&self) -> Result<&str, Reason> {
        if self.too_long {
            return Err(Reason::TooLong);
        }
        let text = str::from_utf8(&self.buffer).map_err(|error| Reason::NotUtf8(error.valid_up_to() + 1))?;
        if text.contains('\0') { Err(Reason::Nul) } else { Ok(text) }
    }

    /// The line's number, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Bytes read so far, the line's own included.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Length and checksum of everything read so far.
    pub(crate) fn fingerprint(&self) -> (u64, u32) {
        (self.position, self.checksum.clone().finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(content: &[u8]) -> Vec<(u64, Result<String, Reason>)> {
        let mut lines = Lines::new(content);
        let mut found = Vec::new();
        while lines.advance().unwrap() {
            found.push((lines.number(), lines.text().map(str::to_owned)));
        }
        assert_eq!(lines.fingerprint(), (content.len() as u64, crc32fast::hash(content)));
        found
    }

    #[test]
    fn reads_every_line_end() {
        let lines = all(b"\xef\xbb\xbfa,b\r\n1,2\n\n3,4");
        let texts: Vec<_> = lines.into_iter().map(|(number, text)| (number, text.unwrap())).collect();
        assert_eq!(texts, [(1, "a,b".into()), (2, "1,2".into()), (3, String::new()), (4, "3,4".into())]);
    }

    #[test]
    fn a_line_may_have_the_limit_and_no_more() {
        for (length, fits) in [(LINE_LIMIT, true), (LINE_LIMIT + 1, false), (LINE_LIMIT * 9, false)] {
            for end in ["\n", "\r\n", ""] {
                let content = format!("{}{end}next", "x".repeat(length));
                let lines = all(content.as_bytes());
                assert_eq!(lines[0].1.is_ok(), fits && !end.is_empty(), "{length} {end:?}");
                if !end.is_empty() {
                    assert_eq!(lines[1], (2, Ok("next".to_owned())));
                }
            }
        }
    }

    #[test]
    fn says_what_is_no_text() {
        assert_eq!(all(b"ab\xffc")[0].1, Err(Reason::NotUtf8(3)));
        assert_eq!(all(b"ab\0c")[0].1, Err(Reason::Nul));
    }
}
