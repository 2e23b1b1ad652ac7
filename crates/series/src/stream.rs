//! Streams: who measured, in which zone, with which properties.

use std::sync::Arc;

use crate::{Error, PropertyKind, Result};

/// Longest source id and property name, in characters.
const NAME_LIMIT: usize = 64;

/// The properties of a stream in the order in which they first came; blocks name them by their place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    names: Vec<(PropertyKind, Arc<str>)>,
}

impl Properties {
    /// Kinds and names, in order.
    pub fn iter(&self) -> impl Iterator<Item = (PropertyKind, &str)> + '_ {
        self.names.iter().map(|(kind, name)| (*kind, &**name))
    }

    pub(crate) fn index(&self, kind: PropertyKind, name: &str) -> Option<usize> {
        self.names.iter().position(|(own, text)| *own == kind && &**text == name)
    }

    pub(crate) fn get(&self, index: usize) -> Option<(PropertyKind, &Arc<str>)> {
        self.names.get(index).map(|(kind, name)| (*kind, name))
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The place of a property, which is added if it is new.
    pub(crate) fn intern(&mut self, kind: PropertyKind, name: &Arc<str>) -> Result<usize> {
        if let Some(index) = self.index(kind, name) {
            return Ok(index);
        }
        if !is_name(name) {
            return Err(Error::PropertyName(name.chars().take(NAME_LIMIT + 1).collect()));
        }
        self.names.push((kind, Arc::clone(name)));
        Ok(self.names.len() - 1)
    }

    /// One line per property: kind's letter and name, which has no control characters.
    pub(crate) fn to_text(&self) -> String {
        let lines: Vec<String> = self.iter().map(|(kind, name)| format!("{}{name}", kind.letter())).collect();
        lines.join("\n")
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let mut rest = line.chars();
            let kind = PropertyKind::from_letter(rest.next()?)?;
            Some((kind, Arc::from(rest.as_str())))
        };
        let names: Option<Vec<_>> = text.lines().map(line).collect();
        Some(Self { names: names? })
    }
}

/// Whether a text can name a source or a property.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= NAME_LIMIT && !text.chars().any(char::is_control)
}
