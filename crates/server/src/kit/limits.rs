//! How often somebody may try: sign-in, forgotten passwords, invitations; by address and by account.
//!
//! The counts are of this process and end with it. A limit slows guessing and flooding down; it opens nothing, and who
//! is refused hears when to come again. Accounts that do not exist are counted like those that do.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::kit::clock::Clock;

/// What is limited, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Sign-ins of all kinds, by the caller's address.
    SignInAddress,
    /// Sign-ins of all kinds, by the account that is named and the caller's address.
    SignInAccount,
    /// Forgotten passwords, by the caller's address.
    ResetAddress,
    /// Forgotten passwords, by the account that is named.
    ResetAccount,
    /// Invitations, by who invites.
    InvitationSender,
    /// Invitations, by who is invited.
    InvitationAddress,
    /// Feedback, by who gives it.
    Feedback,
    /// Rows of the log for failures of names without an account, by the caller's address.
    FailureOfNobody,
}

/// At most `burst` at once; then one more after each `pause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    burst: NonZeroU32,
    pause: Duration,
}

const fn allowance(burst: u32, pause_s: u64) -> Allowance {
    let burst = match NonZeroU32::new(burst) {
        Some(burst) => burst,
        None => NonZeroU32::MIN,
    };
    Allowance { burst, pause: Duration::from_secs(pause_s) }
}

/// How many sign-ins an address has at once, where the configuration does not say otherwise: an office behind one
/// address signs in within a minute of the morning.
pub const SIGN_INS: u32 = 60;

impl Limit {
    const ALL: [Self; 8] = [
        Self::SignInAddress,
        Self::SignInAccount,
        Self::ResetAddress,
        Self::ResetAccount,
        Self::InvitationSender,
        Self::InvitationAddress,
        Self::Feedback,
        Self::FailureOfNobody,
    ];

    fn allowance(self, sign_ins: u32) -> Allowance {
        match self {
            Self::SignInAddress => {
                let sign_ins = if sign_ins == 0 { SIGN_INS } else { sign_ins };
                let burst = NonZeroU32::new(sign_ins).unwrap_or(NonZeroU32::MIN);
                Allowance { burst, pause: Duration::from_mins(1) / burst.get() }
            }
            // A step of a sign-in counts too: with a second factor and SRP there are several.
            Self::SignInAccount => allowance(30, 10),
            Self::ResetAddress => allowance(10, 360),
            Self::InvitationSender => allowance(100, 36),
            Self::ResetAccount | Self::InvitationAddress => allowance(5, 720),
            Self::Feedback => allowance(20, 180),
            Self::FailureOfNobody => allowance(10, 600),
        }
    }
}

/// The machine's clock, or that of a test, as the counter reads it.
#[derive(Debug, Clone)]
struct Ticks(Clock);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let milliseconds = u64::try_from(self.0.now_ms()).unwrap_or_default();
        Nanos::new(milliseconds.saturating_mul(1_000_000))
    }
}

type Counter = RateLimiter<String, HashMapStateStore<String>, Ticks, NoOpMiddleware<Nanos>>;

/// The counts of this process.
pub struct Limits {
    counters: [Counter; Limit::ALL.len()],
    ticks: Ticks,
    asked: AtomicU32,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits(…)")
    }
}

/// Too often: come again after this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften {
    /// Seconds, at least 1.
    pub retry_after_s: u64,
}

/// After so many questions, what is full again is forgotten.
const SWEEP: u32 = 1024;

impl Limits {
    /// Nobody has tried yet. `sign_ins` is the number that an address has per minute; 0 stands for [`SIGN_INS`].
    pub fn new(clock: &Clock, sign_ins: u32) -> Self {
        let ticks = Ticks(clock.clone());
        let counters = Limit::ALL.map(|limit| {
            let Allowance { burst, pause } = limit.allowance(sign_ins);
            let quota = Quota::with_period(pause).unwrap_or_else(|| Quota::per_second(burst));
            RateLimiter::new(quota.allow_burst(burst), HashMapStateStore::default(), ticks.clone())
        });
        Self { counters, ticks, asked: AtomicU32::new(0) }
    }

    /// Counts one more try, or says when to come again.
    pub fn check(&self, limit: Limit, key: &str) -> Result<(), TooOften> {
        let counter = &self.counters[limit as usize];
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.counters.iter().for_each(RateLimiter::retain_recent);
        }
        counter.check_key(&key.to_owned()).map_err(|until| {
            let wait = until.wait_time_from(self.ticks.now());
            TooOften { retry_after_s: wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1) }
        })
    }

    /// The same for a key of which each address has its own count.
    pub fn check_from(&self, limit: Limit, key: &str, address: Option<IpAddr>) -> Result<(), TooOften> {
        let from = address.map(network).unwrap_or_default();
        self.check(limit, &format!("{key} {from}"))
    }

    /// The same by the caller's address; a caller whose address is not known is not counted by it.
    pub fn check_address(&self, limit: Limit, address: Option<IpAddr>) -> Result<(), TooOften> {
        address.map_or(Ok(()), |address| self.check(limit, &network(address)))
    }
}

/// Who has one address of IPv6 has a whole network of them.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn frozen() -> Clock {
        Clock::frozen(Timestamp::from_second(1_750_000_000).unwrap())
    }

    #[test]
    fn a_burst_is_allowed_and_then_one_after_each_pause() {
        let clock = frozen();
        let limits = Limits::new(&clock, 60);
        for _ in 0..5 {
            assert_eq!(limits.check(Limit::ResetAccount, "a"), Ok(()));
        }
        assert_eq!(limits.check(Limit::ResetAccount, "a"), Err(TooOften { retry_after_s: 720 }));
        assert_eq!(limits.check(Limit::ResetAccount, "b"), Ok(()), "everybody has their own count");
        clock.advance(719_000);
        assert_eq!(limits.check(Limit::ResetAccount, "a"), Err(TooOften { retry_after_s: 1 }));
        clock.advance(1_000);
        assert_eq!(limits.check(Limit::ResetAccount, "a"), Ok(()));
        assert!(limits.check(Limit::ResetAccount, "a").is_err());
    }

    #[test]
    fn a_network_of_version_6_counts_as_one_address() {
        let limits = Limits::new(&frozen(), 2);
        let try_from = |text: &str| limits.check_address(Limit::SignInAddress, Some(text.parse().unwrap()));
        assert!(try_from("2001:db8::1").is_ok() && try_from("2001:db8::2").is_ok());
        assert_eq!(try_from("2001:db8::3"), Err(TooOften { retry_after_s: 30 }));
        assert!(try_from("2001:db8:0:1::1").is_ok());
        assert!(limits.check_address(Limit::SignInAddress, None).is_ok());
    }

    #[test]
    fn what_is_full_again_is_forgotten() {
        let clock = frozen();
        let limits = Limits::new(&clock, 60);
        for n in 0..SWEEP - 1 {
            assert!(limits.check(Limit::SignInAccount, &n.to_string()).is_ok());
        }
        let kept = || limits.counters[Limit::SignInAccount as usize].len();
        assert_eq!(kept(), 1023);
        clock.advance(3_600_000);
        assert!(limits.check(Limit::SignInAccount, "last").is_ok());
        assert_eq!(kept(), 1);
    }
}
