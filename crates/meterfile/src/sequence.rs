//! The rhythm of a file and its gaps, in constant memory.
//!
//! The rhythm is the most common step among the first 10 000; a gap is a step of at least one and a half rhythms, so
//! that a meter that is a second late makes none.

use std::collections::HashMap;

/// Steps from which the rhythm is taken.
const SEED: usize = 10_000;
/// Gaps that are named.
const SHOWN: usize = 5;

/// A time without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last instant before it, milliseconds.
    pub from: i64,
    /// The first instant behind it, milliseconds.
    pub until: i64,
    /// Instants that the rhythm would have had in between.
    pub missing: u64,
}

/// All gaps of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// How many there are.
    pub count: u64,
    /// Instants missing in all of them.
    pub missing: u64,
    /// The longest, longest first.
    pub longest: Vec<Gap>,
}

/// Takes the instants of a file one by one, in either order of time.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    previous: Option<i64>,
    seed: Vec<(i64, i64)>,
    rhythm: Option<i64>,
    gaps: Gaps,
}

impl Sequence {
    pub(crate) fn note(&mut self, at: i64) {
        let Some(previous) = self.previous.replace(at) else { return };
        let step = (previous.min(at), previous.max(at));
        if let Some(rhythm) = self.rhythm {
            self.gaps.note(step, rhythm);
        } else {
            self.seed.push(step);
            if self.seed.len() == SEED {
                self.settle();
            }
        }
    }

    fn settle(&mut self) {
        let mut counts: HashMap<i64, usize> = HashMap::new();
        for (from, until) in &self.seed {
            *counts.entry(until - from).or_default() += 1;
        }
        // Of steps that are equally common the shortest: a rhythm too long would hide gaps.
        let most = counts.into_iter().max_by_key(|(step, count)| (*count, -step));
        let Some((rhythm, _)) = most else { return };
        self.rhythm = Some(rhythm);
        for step in std::mem::take(&mut self.seed) {
            self.gaps.note(step, rhythm);
        }
    }

    /// The rhythm in milliseconds, where there are two instants, and the gaps.
    pub(crate) fn finish(mut self) -> (Option<i64>, Gaps) {
        if self.rhythm.is_none() {
            self.settle();
        }
        (self.rhythm, self.gaps)
    }
}

impl Gaps {
    fn note(&mut self, (from, until): (i64, i64), rhythm: i64) {
        let step = until - from;
        if step * 2 < rhythm * 3 || rhythm <= 0 {
            return;
        }
        let missing = u64::try_from((step + rhythm / 2) / rhythm - 1).unwrap_or(0);
        self.count += 1;
        self.missing += missing;
        let place = self.longest.partition_point(|known| known.until - known.from >= step);
        if place < SHOWN {
            self.longest.insert(place, Gap { from, until, missing });
            self.longest.truncate(SHOWN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(instants: impl IntoIterator<Item = i64>) -> (Option<i64>, Gaps) {
        let mut sequence = Sequence::default();
        instants.into_iter().for_each(|at| sequence.note(at));
        sequence.finish()
    }

    #[test]
    fn finds_rhythm_and_gaps_in_either_direction() {
        let instants = [0, 900, 1800, 5400, 6300, 8100, 9000];
        let (rhythm, gaps) = of(instants);
        assert_eq!(rhythm, Some(900));
        assert_eq!((gaps.count, gaps.missing), (2, 4));
        assert_eq!(gaps.longest[0], Gap { from: 1800, until: 5400, missing: 3 });
        assert_eq!(of(instants.into_iter().rev()), (rhythm, gaps));
    }

    #[test]
    fn a_late_meter_makes_no_gap() {
        assert_eq!(of([0, 60, 121, 180, 240, 310]).1.count, 0);
        assert_eq!(of([0]).0, None);
        assert_eq!(of([]).0, None);
    }

    #[test]
    fn memory_stays_bounded_and_counts_stay_exact() {
        let instants = (0..50_000_i64).map(|i| i * 60 + (i / 1000) * 6000);
        let (rhythm, gaps) = of(instants);
        assert_eq!(rhythm, Some(60));
        assert_eq!((gaps.count, gaps.longest.len()), (49, SHOWN));
    }
}
