//! Codes of authenticator apps: RFC 6238 with SHA-1, six digits and 30 seconds, because every app speaks that. Pure:
//! the time is an argument, and whoever asks remembers which step was used last.

use aws_lc_rs::{constant_time, hmac};

/// Length of a secret in bytes, as RFC 4226 recommends for SHA-1.
pub const SECRET: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;
/// Seconds that a code lasts.
const STEP_S: i64 = 30;
/// How many steps a clock may be ahead or behind.
const TOLERANCE: i64 = 1;

/// The step whose code this is, if it is right now and no step up to `last_used` was used for it; `None` for a wrong
/// or used code.
pub fn accepted_step(secret: &[u8], code: &str, now_ms: i64, last_used: i64) -> Option<i64> {
    let now = now_ms.div_euclid(1000 * STEP_S);
    let mut found = None;
    for step in now - TOLERANCE..=now + TOLERANCE {
        let right = constant_time::verify_slices_are_equal(code_at(secret, step).as_bytes(), code.as_bytes());
        if right.is_ok() && step > last_used {
            found = Some(step);
        }
    }
    found
}

/// The code of a moment.
pub fn code(secret: &[u8], at_ms: i64) -> String {
    code_at(secret, at_ms.div_euclid(1000 * STEP_S))
}

fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 15);
    let word = tag[offset..offset + 4].iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:0DIGITS$}", (word & 0x7fff_ffff) % 1_000_000)
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret as apps take it: Base32 without padding.
pub fn base32(secret: &[u8]) -> String {
    let digit = |group: &[u8], at: usize| {
        let (byte, shift) = (at * 5 / 8, at * 5 % 8);
        let next = group.get(byte + 1).copied().unwrap_or_default();
        let pair = u16::from_be_bytes([group[byte], next]);
        char::from(LETTERS[usize::from((pair >> (11 - shift)) & 31)])
    };
    secret
        .chunks(5)
        .flat_map(|group| (0..(group.len() * 8).div_ceil(5)).map(move |at| digit(group, at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const RFC: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_the_rfc_hold() {
        // Its codes have eight digits; the last six of them are ours.
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(RFC, seconds * 1000), eight[2..], "{seconds}");
        }
    }

    #[test]
    fn a_code_is_right_one_step_early_and_late() {
        let at = 1_234_567_890_000;
        let step = at / 30_000;
        for (shift, expected) in [(-2, None), (-1, Some(-1)), (0, Some(0)), (1, Some(1)), (2, None)] {
            let code = code(RFC, at + shift * 30_000);
            assert_eq!(accepted_step(RFC, &code, at, 0), expected.map(|by| step + by), "{shift}");
        }
        for wrong in ["", "5924", "0059240", "005925", "00592四"] {
            assert_eq!(accepted_step(RFC, wrong, at, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_works_once_and_older_ones_no_more() {
        let at = 1_234_567_890_000;
        let now = accepted_step(RFC, &code(RFC, at), at, 0).unwrap();
        assert_eq!(accepted_step(RFC, &code(RFC, at), at, now), None);
        assert_eq!(accepted_step(RFC, &code(RFC, at - 30_000), at, now), None);
        assert_eq!(accepted_step(RFC, &code(RFC, at + 30_000), at, now), Some(now + 1));
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(base32(RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
