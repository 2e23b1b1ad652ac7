//! SRP-6a as the existing clients speak it: the 3072-bit group of RFC 5054, SHA-256, and their own way of writing
//! numbers for hashing. Pure arithmetic: no clock, no chance, no database. Powers take the same time for every secret.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::{constant_time, hkdf, hmac};
use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{NonZero, U256, U3072, const_monty_params};
use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

const_monty_params!(
    Group,
    U3072,
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    "The group of the protocol: RFC 5054, 3072 bits."
);

type Element = ConstMontyForm<Group, { U3072::LIMBS }>;

/// Length of a number of the group, in bytes.
pub const NUMBER: usize = 384;
/// Length of a salt, in bytes.
pub const SALT: usize = 16;
/// Length of the key that both sides come to, in bytes.
pub const KEY: usize = 16;
/// What the derivation of the key is bound to.
const INFO: &[u8] = b"Caldera Derived Key";

/// Whose password it is, in the words that go into the hashes.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The pool id behind its underscore.
    pub pool_name: &'a str,
    /// What the client hears as `USER_ID_FOR_SRP`.
    pub user_id: &'a str,
}

/// What the server answers to a client's `SRP_A`, and what it must remember.
pub struct Offer {
    /// `SRP_B`, in hex.
    pub public_b: String,
    /// The key with which a client that knows the password will sign.
    pub key: [u8; KEY],
}

/// Makes a salt of random bytes. Its first digit is 4 to 7: some clients hash the digits as sent, others hash the
/// number that they are, and only so both come to the same.
pub fn salt(random: [u8; SALT]) -> [u8; SALT] {
    let mut salt = random;
    salt[0] = (salt[0] & 0x3f) | 0x40;
    salt
}

/// What is stored instead of the password: g^x.
pub fn verifier(whose: Whose<'_>, password: &str, salt: &[u8; SALT]) -> [u8; NUMBER] {
    let inner = sha256(&[whose.pool_name.as_bytes(), whose.user_id.as_bytes(), b":", password.as_bytes()]);
    let x = sha256(&[salt, &inner]);
    bytes(&generator().pow(&U256::from_be_slice(&x)).retrieve())
}

/// The answer to a client's public number; `None` if it is no number of the group that proves anything.
pub fn offer(public_a: &str, verifier: &[u8; NUMBER], private_b: &[u8; 32]) -> Option<Offer> {
    let sent = number(public_a)?;
    let a = Element::new(&U3072::from_be_slice(&sent).rem(&modulus()));
    let (v, b) = (Element::new(&U3072::from_be_slice(verifier)), U256::from_be_slice(private_b));
    let public_b = bytes(&(multiplier() * v + generator().pow(&b)).retrieve());
    let u = sha256(&[&signed(&sent), &signed(&public_b)]);
    let nothing = |number: &[u8]| number.iter().all(|byte| *byte == 0);
    if nothing(&bytes(&a.retrieve())) || nothing(&public_b) || nothing(&u) {
        return None;
    }
    let shared = (a * v.pow(&U256::from_be_slice(&u))).pow(&b).retrieve();
    Some(Offer { public_b: hex(&public_b), key: derive(&signed(&bytes(&shared)), &signed(&u))? })
}

/// Whether a signature was made with the key, over this secret block and time.
pub fn holds(key: &[u8], whose: Whose<'_>, block: &[u8], timestamp: &str, signature: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(sign(key, whose, block, timestamp).as_ref(), signature).is_ok()
}

fn sign(key: &[u8], whose: Whose<'_>, block: &[u8], timestamp: &str) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in [whose.pool_name.as_bytes(), whose.user_id.as_bytes(), block, timestamp.as_bytes()] {
        context.update(part);
    }
    context.sign()
}

/// Reads `Wed Jan 7 05:04:03 UTC 2026`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let read = BrokenDownTime::parse("%a %b %d %H:%M:%S UTC %Y", text).ok()?;
    read.to_datetime().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A number that nobody chose, for people without a verifier.
pub fn number_from(seed: &[u8; 32]) -> [u8; NUMBER] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, seed);
    let mut number = [0; NUMBER];
    for (position, chunk) in (0_u8..).zip(number.chunks_mut(32)) {
        chunk.copy_from_slice(hmac::sign(&key, &[position]).as_ref());
    }
    bytes(&U3072::from_be_slice(&number).rem(&modulus()))
}

fn modulus() -> NonZero<U3072> {
    *<Group as crypto_bigint::modular::ConstMontyParams<{ U3072::LIMBS }>>::PARAMS.modulus().as_nz_ref()
}

fn generator() -> Element {
    Element::new(&U3072::from_u8(2))
}

/// k = H(00 ‖ N ‖ 02)
fn multiplier() -> Element {
    let k = sha256(&[&[0], &bytes(modulus().as_ref()), &[2]]);
    Element::new(&U256::from_be_slice(&k).resize())
}

fn bytes(number: &U3072) -> [u8; NUMBER] {
    let mut out = [0; NUMBER];
    out.copy_from_slice(number.to_be_bytes().as_ref());
    out
}

/// A number sent in hex, at its full length; `None` for what is no number or longer than the group's.
fn number(text: &str) -> Option<[u8; NUMBER]> {
    let digits = text.trim_start_matches('0').as_bytes();
    if digits.len() > 2 * NUMBER || !digits.is_ascii() {
        return None;
    }
    let mut out = [0; NUMBER];
    for (digit, at) in digits.iter().rev().zip(0..) {
        let value = u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        out[NUMBER - 1 - at / 2] |= value << (4 * (at % 2));
    }
    Some(out)
}

/// A number as the clients hash it: without leading zeros, and with one zero byte where the highest bit is set.
fn signed(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let rest = &number[start..];
    let sign = rest.first().is_none_or(|first| *first >= 0x80);
    [if sign { &[0][..] } else { &[] }, rest].concat()
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

fn derive(shared: &[u8], salt: &[u8]) -> Option<[u8; KEY]> {
    struct Length;
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            KEY
        }
    }
    let mut key = [0; KEY];
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(shared);
    extracted.expand(&[INFO], Length).ok()?.fill(&mut key).ok()?;
    Some(key)
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
        text
    })
}

#[cfg(test)]
#[path = "srp_tests.rs"]
mod tests;
