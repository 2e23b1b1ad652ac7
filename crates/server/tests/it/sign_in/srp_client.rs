//! The client's half of SRP, by plain integers: written from RFC 5054 and what the existing clients hash, and sharing
//! nothing with the server.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gridfolio_testkit::TestApp;
use num_bigint::BigUint;
use serde_json::{Value, json};

const N: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// A client with its secret number.
pub(super) struct SrpClient {
    secret: BigUint,
    n: BigUint,
}

fn hash(parts: &[&[u8]]) -> BigUint {
    BigUint::from_bytes_be(digest::digest(&digest::SHA256, &parts.concat()).as_ref())
}

/// As the clients write a number for hashing: with a zero byte before a set highest bit.
fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes[0] >= 0x80 { [&[0], bytes.as_slice()].concat() } else { bytes }
}

fn number(challenge: &Value, name: &str) -> BigUint {
    let text = challenge["ChallengeParameters"][name].as_str().unwrap();
    BigUint::parse_bytes(text.as_bytes(), 16).unwrap()
}

impl SrpClient {
    pub(super) fn new(seed: u8) -> Self {
        let secret = BigUint::from_bytes_be(&[seed; 128]);
        Self { secret, n: BigUint::parse_bytes(N.as_bytes(), 16).unwrap() }
    }

    fn public(&self) -> BigUint {
        BigUint::from(2_u8).modpow(&self.secret, &self.n)
    }

    /// The body of `InitiateAuth`.
    pub(super) fn begin(&self, username: &str) -> Value {
        json!({"AuthFlow": "USER_SRP_AUTH", "ClientId": super::CLIENT,
            "AuthParameters": {"USERNAME": username, "SRP_A": self.public().to_str_radix(16)}})
    }

    fn key(&self, challenge: &Value, password: &str) -> Vec<u8> {
        let user = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap();
        let (salt, b) = (number(challenge, "SALT"), number(challenge, "SRP_B"));
        let inner = digest::digest(&digest::SHA256, format!("Tests{user}:{password}").as_bytes());
        let x = hash(&[&padded(&salt), inner.as_ref()]);
        let u = hash(&[&padded(&self.public()), &padded(&b)]);
        let k = hash(&[&[0], &self.n.to_bytes_be(), &[2]]);
        let known = &k * BigUint::from(2_u8).modpow(&x, &self.n) % &self.n;
        let shared = (b + &self.n - known).modpow(&(&self.secret + &u * x), &self.n);
        let sign = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
        let extracted = sign(&padded(&u), &padded(&shared));
        sign(extracted.as_ref(), b"Caldera Derived Key\x01").as_ref()[..16].to_vec()
    }

    /// The `ChallengeResponses` to a challenge at a time.
    pub(super) fn responses(&self, challenge: &Value, password: &str, timestamp: &str) -> Value {
        signed(&self.key(challenge, password), challenge, timestamp)
    }
}

/// The `ChallengeResponses`, signed with any key.
pub(super) fn signed(key: &[u8], challenge: &Value, timestamp: &str) -> Value {
    let parameters = &challenge["ChallengeParameters"];
    let (user, block) = (&parameters["USER_ID_FOR_SRP"], &parameters["SECRET_BLOCK"]);
    let message = [
        b"Tests",
        user.as_str().unwrap().as_bytes(),
        &STANDARD.decode(block.as_str().unwrap()).unwrap(),
        timestamp.as_bytes(),
    ]
    .concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    json!({"USERNAME": user, "PASSWORD_CLAIM_SECRET_BLOCK": block, "TIMESTAMP": timestamp,
        "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(hmac::sign(&key, &message))})
}

/// The time as the clients write it.
pub(super) fn timestamp(app: &TestApp, offset_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(app.app.clock.now_ms() + offset_ms).unwrap();
    at.strftime("%a %b %-d %H:%M:%S UTC %Y").to_string()
}
