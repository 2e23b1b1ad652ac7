//! Patterns of source ids, as SolarNetwork's tools write them: `?` is one character, `*` a run, both without `/`; `**`
//! is anything; `/**/` is also a single `/`.

use std::convert::Infallible;
use std::str::FromStr;

/// A pattern; without `?` and `*` it is the source id itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Run,
    Anything,
    /// `/**/`
    Folders,
}

impl FromStr for Pattern {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (mut tokens, mut rest) = (Vec::new(), text);
        while let Some(next) = rest.chars().next() {
            let (token, length) = match next {
                '/' if rest.starts_with("/**/") => (Token::Folders, 4),
                '*' if rest.starts_with("**") => (Token::Anything, 2),
                '*' => (Token::Run, 1),
                '?' => (Token::One, 1),
                other => (Token::Literal(other), other.len_utf8()),
            };
            tokens.push(token);
            rest = &rest[length..];
        }
        Ok(Self(tokens))
    }
}

impl Pattern {
    /// Whether a whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        // Up to where the text can be read by the tokens so far: a set, so that no pattern takes long.
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for token in &self.0 {
            reached = token.step(&text, &reached);
        }
        reached[text.len()]
    }
}

impl Token {
    fn step(self, text: &[char], reached: &[bool]) -> Vec<bool> {
        let mut next = vec![false; reached.len()];
        let mut open = false;
        for place in 0..reached.len() {
            let character = text.get(place).copied();
            match self {
                Self::Literal(wanted) if reached[place] && character == Some(wanted) => {
                    next[place + 1] = true;
                }
                Self::One if reached[place] && character.is_some_and(|c| c != '/') => next[place + 1] = true,
                Self::Run => {
                    open |= reached[place];
                    next[place] |= open;
                    open &= character != Some('/');
                }
                Self::Anything => {
                    open |= reached[place];
                    next[place] = open;
                }
                Self::Folders if character == Some('/') => {
                    open |= reached[place];
                    next[place + 1] = open;
                }
                _ => {}
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_documented() {
        let fits = |pattern: &str, text: &str| pattern.parse::<Pattern>().unwrap().matches(text);
        for (pattern, text) in [
            ("/P/S1/R1/GEN/1", "/P/S1/R1/GEN/1"),
            ("/P/*/*/GEN/?", "/P/S1/R1/GEN/1"),
            ("/P/**", "/P/S1/R1/GEN/1"),
            ("**", ""),
            ("/**/GEN/*", "/P/S1/R1/GEN/1"),
            ("/P/**/1", "/P/1"),
            ("*", "meter"),
            ("**EN**", "/P/S1/R1/GEN/1"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("/P/S1/R1/GEN", "/P/S1/R1/GEN/1"),
            ("/P/*", "/P/S1/R1/GEN/1"),
            ("*", "/P"),
            ("?", "/"),
            ("/P/**/1", "/P1"),
            ("/p/**", "/P/S1"),
            ("", "x"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
        assert!(!fits(&"**a".repeat(40), &"a".repeat(39)), "and no pattern takes long");
    }
}
