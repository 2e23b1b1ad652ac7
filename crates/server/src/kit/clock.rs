//! Time and chance, as arguments. This is the one place that reads the system's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that only tests move, in milliseconds since 1970 UTC.
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `at`.
    pub fn frozen(at: Timestamp) -> Self {
        Self::Frozen(Arc::new(AtomicI64::new(at.as_millisecond())))
    }

    /// Moves a frozen clock; does nothing to the system's.
    pub fn advance(&self, milliseconds: i64) {
        if let Self::Frozen(at) = self {
            at.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }

    /// Now, in milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => system_now().as_millisecond(),
            Self::Frozen(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Begins to measure a duration.
    pub fn stopwatch(&self) -> Stopwatch {
        match self {
            Self::System => Stopwatch::System(Instant::now()),
            Self::Frozen(at) => Stopwatch::Frozen(at.load(Ordering::SeqCst)),
        }
    }

    /// Now, to the millisecond.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Measures how long something takes, unmoved by corrections of the machine's clock.
#[derive(Debug, Clone)]
pub enum Stopwatch {
    /// Of the machine.
    System(Instant),
    /// Of a test, in milliseconds since 1970 UTC.
    Frozen(i64),
}

impl Stopwatch {
    /// The time since the beginning, by the clock that it began with.
    pub fn elapsed(&self, clock: &Clock) -> Duration {
        match self {
            Self::System(begun) => begun.elapsed(),
            Self::Frozen(begun) => {
                Duration::from_millis(u64::try_from(clock.now_ms() - begun).unwrap_or_default())
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

/// Makes ids.
#[derive(Debug, Clone, Default)]
pub enum Ids {
    /// Random UUIDs.
    #[default]
    Random,
    /// 1, 2, 3, … in the form of a UUID: the same in every run of a test.
    Counted(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that repeat from run to run, for tests.
    pub fn counted() -> Self {
        Self::Counted(Arc::new(AtomicU64::new(1)))
    }

    /// A new id.
    pub fn uuid(&self) -> String {
        match self {
            Self::Random => random_uuid(),
            Self::Counted(next) => {
                Uuid::from_u64_pair(0x4000, 0x8000_0000_0000_0000 | next.fetch_add(1, Ordering::SeqCst))
                    .to_string()
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
fn random_uuid() -> String {
    Uuid::new_v4().to_string()
}
