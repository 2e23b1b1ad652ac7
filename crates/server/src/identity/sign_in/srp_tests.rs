//! SRP against vectors: the client's half by the arithmetic of pycognito, the server's by plain integers.

use serde_json::Value;

use super::*;

const VECTORS: &str = include_str!("../../../../../fixtures/sign_in/srp_vectors.json");
const POOL: &str = "Tests";

fn vectors() -> Vec<Value> {
    serde_json::from_str(VECTORS).unwrap()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect::<Vec<u8>>().try_into().unwrap()
}

#[test]
fn both_sides_come_to_the_same_key() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 6, "three by chance; u, A and B with leading zeros");
    for vector in &vectors {
        let whose = Whose { pool_name: POOL, user_id: text(vector, "user") };
        let stored = verifier(whose, text(vector, "password"), &unhex(text(vector, "salt")));
        assert_eq!(hex(&stored), text(vector, "verifier"));
        let offer = offer(text(vector, "a"), &stored, &unhex(text(vector, "b"))).unwrap();
        assert_eq!(offer.public_b, text(vector, "public_b"));
        assert_eq!(hex(&offer.key), text(vector, "key"));
    }
}

#[test]
fn a_signature_holds_for_one_key_person_block_and_time_only() {
    let vector = &vectors()[0];
    let (key, whose) =
        (unhex::<KEY>(text(vector, "key")), Whose { pool_name: POOL, user_id: text(vector, "user") });
    let time = "Wed Jan 7 05:04:03 UTC 2026";
    let signature: [u8; 32] = unhex("064f861f473cb4fb79960789f97aeceb880ee016fa1d809f587d65cce99ec9fb");
    assert!(holds(&key, whose, b"block", time, &signature));
    assert!(!holds(&[0; KEY], whose, b"block", time, &signature));
    assert!(!holds(&key, Whose { user_id: "other", ..whose }, b"block", time, &signature));
    assert!(!holds(&key, Whose { pool_name: "Other", ..whose }, b"block", time, &signature));
    assert!(!holds(&key, whose, b"blocks", time, &signature));
    assert!(!holds(&key, whose, b"block", "Wed Jan 7 05:04:04 UTC 2026", &signature));
    assert!(!holds(&key, whose, b"block", time, &signature[..31]));
    assert!(!holds(&key, whose, b"block", time, &[]));
}

#[test]
fn numbers_that_prove_nothing_are_refused() {
    let (stored, b) = (number_from(&[3; 32]), [5; 32]);
    let order = hex(&bytes(modulus().as_ref()));
    let longer = format!("1{order}");
    let none: [&str; 8] = ["", "0", "0000", &order, &order.to_uppercase(), &longer, "12g4", "١٢"];
    for refused in none {
        assert!(offer(refused, &stored, &b).is_none(), "{refused:?}");
    }
    assert!(offer("2", &stored, &b).is_some());
    assert!(offer(&format!("000{}", "ab".repeat(NUMBER - 1)), &stored, &b).is_some());
}

#[test]
fn times_are_read_as_the_clients_write_them() {
    for (written, seconds) in [
        ("Wed Jan 7 05:04:03 UTC 2026", 1_767_762_243),
        ("Wed Jan 07 05:04:03 UTC 2026", 1_767_762_243),
        ("Sun Jun 15 12:00:00 UTC 2025", 1_749_988_800),
    ] {
        assert_eq!(timestamp(written).map(Timestamp::as_second), Some(seconds), "{written}");
    }
    for wrong in ["", "Wed Jan 7 05:04:03 CET 2026", "2026-01-07T05:04:03Z", "Wed Jan 32 05:04:03 UTC 2026"] {
        assert_eq!(timestamp(wrong), None, "{wrong}");
    }
}

#[test]
fn numbers_are_hashed_as_signed_ones() {
    let cases: [(&[u8], &[u8]); 5] = [
        (&[0, 0, 0x7f, 1], &[0x7f, 1]),
        (&[0, 0x80], &[0, 0x80]),
        (&[0xff; 2], &[0, 0xff, 0xff]),
        (&[0, 0], &[0]),
        (&[1], &[1]),
    ];
    for (number, expected) in cases {
        assert_eq!(signed(number), expected);
    }
}

#[test]
fn every_salt_is_the_same_as_digits_and_as_a_number() {
    for first in 0..=255 {
        let mut random = [9; SALT];
        random[0] = first;
        let salt = salt(random);
        assert!((0x40..0x80).contains(&salt[0]) && signed(&salt) == salt);
    }
}
