//! What a stretch of a stream adds up to, in a form that can be joined with its neighbours.
//!
//! A summary is a pure function of the datums *inside* the stretch. What a neighbour contributes (the step across the
//! edge between them) is worked out when two summaries meet ([`cross`]), so a write changes only the summaries of
//! the local day and month that it falls into, and no order of writes can make a difference.
//!
//! Which rows may meet across an hour's edge follows [`crate::hour`]: the leading row of an hour is the latest datum
//! with *any* accumulating property, the trailing row is the next datum of any kind. So a summary remembers its
//! first and last such datums, not just values.

mod body;
mod build;
pub(crate) mod cross;

use std::collections::BTreeMap;

pub(crate) use body::{Acc, Inst, Slots};
pub(crate) use build::{Builder, mode};

use crate::columns::Tags;
use crate::hour::{HOUR, hour_of};

/// What a stretch adds up to. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    /// Datums.
    pub(crate) count: u64,
    /// First and last datum of any kind.
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    /// First and last datum with any accumulating property.
    pub(crate) readings: Option<(i64, i64)>,
    /// Every datum has the same accumulating properties (or none).
    pub(crate) uniform: bool,
    pub(crate) inst: Slots<Inst>,
    pub(crate) acc: Slots<Acc>,
    /// Per status property: how many hours (of a day) or days (of a month) had this value most often.
    pub(crate) status: Slots<BTreeMap<String, u64>>,
    pub(crate) tags: Tags,
}

impl Summary {
    /// Whether this summary and a later one can be joined without looking at datums again: they part at an hour's
    /// edge, or every row in both has the same meters (and no text whose hours would have to be counted anew).
    pub(crate) fn joins(&self, later: &Self) -> bool {
        later.first_at > self.last_at
            && (later.first_at >= hour_of(self.last_at) + HOUR
                || (self.alike(later) && self.status.is_empty() && later.status.is_empty()))
    }

    fn alike(&self, later: &Self) -> bool {
        self.uniform
            && later.uniform
            && self.acc.len() == later.acc.len()
            && self.acc.iter().zip(later.acc.iter()).all(|((a, _), (b, _))| a == b)
    }

    /// This summary followed by a later one that [`Summary::joins`] it.
    pub(crate) fn join(mut self, later: Self) -> Self {
        let uniform = self.alike(&later);
        let split_hour = later.first_at < hour_of(self.last_at) + HOUR;
        let shares =
            if split_hour { cross::within_hour(&self, &later) } else { cross::Tail::of(&self).cross(&later) };
        let mut tail = cross::Tail::of(&self);
        tail.advance(&later);
        self.extend_heads(&later);
        for share in
            shares.left.into_iter().chain(shares.gap.into_iter().flat_map(|gap| gap.1)).chain(shares.right)
        {
            self.acc.entry(share.property).add(&share.clock, share.reading.as_ref());
        }
        for (property, acc) in later.acc.iter() {
            self.acc.entry(property).add(&acc.clock, acc.reading.as_ref());
        }
        for (property, inst) in later.inst.iter() {
            self.inst.entry(property).add(inst);
        }
        for (property, counts) in later.status.iter() {
            let own = self.status.entry(property);
            for (value, count) in counts {
                *own.entry(value.clone()).or_default() += count;
            }
        }
        self.tags.extend(later.tags);
        self.count += later.count;
        self.last_at = later.last_at;
        self.readings = match (self.readings, later.readings) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (own, other) => own.or(other),
        };
        self.uniform = uniform;
        tail.store(&mut self);
        self
    }

    /// Takes over from a later summary what the first hour with readings lacks.
    fn extend_heads(&mut self, later: &Self) {
        let takes = |at: i64| match self.readings {
            None => true,
            // The row exactly at the end of that hour is still seen by it.
            Some((first, _)) => at == later.first_at && at <= hour_of(first) + HOUR,
        };
        for (property, acc) in later.acc.iter() {
            if let Some(head) = &acc.head
                && takes(head.0)
            {
                let own = self.acc.entry(property);
                if own.head.is_none() {
                    own.head = Some(head.clone());
                }
            }
        }
    }
}
