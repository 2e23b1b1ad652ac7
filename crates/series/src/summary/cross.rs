//! What happens where two stretches of a stream meet.

use super::Summary;
use crate::Number;
use crate::hour::{HOUR, Reading, clock_share, hour_of, within_year};

/// What one property gains in one stretch from a step across the edge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Share {
    pub(crate) property: usize,
    pub(crate) clock: Number,
    pub(crate) reading: Option<Reading>,
}

/// What a meeting adds: to the last hour of the earlier stretch, to an empty hour between that gains a record (its
/// start is given), and to the later stretch (before what it has by itself).
#[derive(Debug, Default)]
pub(crate) struct Cross {
    pub(crate) left: Vec<Share>,
    pub(crate) gap: Option<(i64, Vec<Share>)>,
    pub(crate) right: Vec<Share>,
}

/// What later stretches need to know of everything before them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tail {
    last_at: Option<i64>,
    /// The latest datum with readings.
    lead: Option<(i64, Vec<(usize, Number)>)>,
    /// Last value per property that the hour of the last datum sees.
    visible: Vec<(usize, (i64, Number))>,
}

fn find<T>(values: &[(usize, T)], property: usize) -> Option<&T> {
    values.iter().find(|(own, _)| *own == property).map(|(_, value)| value)
}

impl Tail {
    /// A tail that knows only the latest datum with readings, in an earlier hour than whatever comes.
    pub(crate) fn leading(at: i64, values: Vec<(usize, Number)>) -> Self {
        Self { last_at: None, lead: Some((at, values)), visible: Vec::new() }
    }

    pub(crate) fn of(summary: &Summary) -> Self {
        let mut tail = Self::default();
        tail.advance(summary);
        tail
    }

    /// The last datum of any kind.
    pub(crate) fn last_at(&self) -> Option<i64> {
        self.last_at
    }

    /// Whether a datum with readings is known.
    pub(crate) fn has_lead(&self) -> bool {
        self.lead.is_some()
    }

    /// The tail after one more stretch.
    pub(crate) fn advance(&mut self, later: &Summary) {
        let hour = hour_of(later.last_at);
        let mut visible: Vec<(usize, (i64, Number))> =
            later.acc.iter().filter_map(|(property, acc)| Some((property, acc.tail.clone()?))).collect();
        // The last hour still sees the datum before the stretch unless readings came before that hour, or at its start.
        let sees_lead = later.readings.is_none_or(|(first, _)| hour_of(first) == hour && first != hour);
        if sees_lead
            && let Some((at, values)) = &self.lead
            && within_year(*at, hour)
        {
            for (property, value) in values {
                if find(&visible, *property).is_none() {
                    visible.push((*property, (*at, value.clone())));
                }
            }
        }
        self.visible = visible;
        self.last_at = Some(later.last_at);
        if let Some((_, last)) = later.readings {
            let values = later.acc.iter().filter_map(|(property, acc)| Some((property, acc.lead.clone()?)));
            self.lead = Some((last, values.collect()));
        }
    }

    /// Writes what is known into a summary that ends here.
    pub(crate) fn store(self, summary: &mut Summary) {
        for (_, acc) in summary.acc.iter_mut() {
            acc.lead = None;
            acc.tail = None;
        }
        for (property, value) in self.lead.into_iter().flat_map(|(_, values)| values) {
            summary.acc.entry(property).lead = Some(value);
        }
        for (property, value) in self.visible {
            summary.acc.entry(property).tail = Some(value);
        }
    }

    /// What the meeting with the next stretch adds; that one begins in a later hour.
    pub(crate) fn cross(&self, later: &Summary) -> Cross {
        let mut cross = Cross::default();
        let begins_with_readings = later.readings.is_some_and(|(first, _)| first == later.first_at);
        if begins_with_readings {
            if let Some(last_at) = self.last_at {
                self.cross_left(later, hour_of(last_at), &mut cross.left);
            }
            cross.gap = self.cross_gap(later);
        }
        self.cross_right(later, &mut cross.right);
        cross
    }

    /// The next datum is the trailing row of the last hour.
    fn cross_left(&self, later: &Summary, hour: i64, shares: &mut Vec<Share>) {
        let at_end = later.first_at == hour + HOUR;
        for (property, acc) in later.acc.iter() {
            let Some((at, value)) = acc.head.as_ref().filter(|head| head.0 == later.first_at) else {
                continue;
            };
            let before = find(&self.visible, property);
            let clock = before.map(|(from, old)| clock_share((*from, old), (*at, value), hour));
            let reading = at_end.then(|| step(before.map(|(_, old)| old), value));
            if clock.is_some() || reading.is_some() {
                shares.push(Share { property, clock: clock.unwrap_or_default(), reading });
            }
        }
    }

    /// The next datum is exactly on an hour, and the hour before it has none: that hour gets the reading.
    fn cross_gap(&self, later: &Summary) -> Option<(i64, Vec<Share>)> {
        let hour = later.first_at - HOUR;
        let empty = self.last_at.is_none_or(|last| last < hour);
        let (_, values) = self.lead.as_ref().filter(|(at, _)| within_year(*at, hour))?;
        if hour_of(hour) != hour || !empty {
            return None;
        }
        let mut shares = Vec::new();
        for (property, acc) in later.acc.iter() {
            if let Some((_, value)) = acc.head.as_ref().filter(|head| head.0 == later.first_at) {
                let reading = Some(step(find(values, property), value));
                shares.push(Share { property, clock: Number::ZERO, reading });
            }
        }
        for (property, value) in values {
            if !shares.iter().any(|share| share.property == *property) {
                let reading = Some(Reading::point(value));
                shares.push(Share { property: *property, clock: Number::ZERO, reading });
            }
        }
        Some((hour, shares))
    }

    /// The latest datum with readings leads the later stretch's first hours, up to its own first readings.
    fn cross_right(&self, later: &Summary, shares: &mut Vec<Share>) {
        let Some((at, values)) = &self.lead else { return };
        let first_hour = hour_of(later.first_at);
        let reading_hour = later.readings.map(|(first, _)| hour_of(first));
        let seen_before = reading_hour != Some(first_hour) && within_year(*at, first_hour);
        // Readings exactly at an hour's start end the step in the hour before.
        let at_start = later.readings.is_some_and(|(first, _)| hour_of(first) == first);
        let leads = reading_hour
            .is_some_and(|hour| within_year(*at, if at_start { hour - HOUR } else { hour }))
            && !(at_start && later.readings.is_some_and(|(first, _)| first == later.first_at));
        for (property, value) in values {
            let head = later.acc.get(*property).and_then(|acc| acc.head.as_ref());
            let head = head.filter(|head| {
                leads && (!at_start || later.readings.is_some_and(|(first, _)| first == head.0))
            });
            match (head, reading_hour) {
                (Some((to, new)), Some(hour)) => shares.push(Share {
                    property: *property,
                    clock: clock_share((*at, value), (*to, new), hour),
                    reading: Some(Reading::step(value, new)),
                }),
                _ if seen_before || (leads && !at_start) => shares.push(Share {
                    property: *property,
                    clock: Number::ZERO,
                    reading: Some(Reading::point(value)),
                }),
                _ => {}
            }
        }
    }
}

fn step(before: Option<&Number>, value: &Number) -> Reading {
    before.map_or_else(|| Reading::point(value), |old| Reading::step(old, value))
}

/// Two uniform stretches that part inside an hour, or any two whose every row has the same meters.
pub(super) fn within_hour(earlier: &Summary, later: &Summary) -> Cross {
    let mut cross = Cross::default();
    for (property, acc) in later.acc.iter() {
        let before = earlier.acc.get(property).and_then(|acc| acc.tail.as_ref());
        if let (Some((from, old)), Some((to, new))) = (before, &acc.head) {
            let clock = if to - from <= HOUR { new - old } else { Number::ZERO };
            cross.right.push(Share { property, clock, reading: Some(Reading::step(old, new)) });
        }
    }
    cross
}
