//! Secrets at rest: AES-256-GCM with a key that is never in the database.

use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The key that opens what the database keeps sealed.
pub struct SealKey([u8; 32]);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl SealKey {
    /// From Base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, String> {
        STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| "the secret key must be 32 bytes in Base64 (openssl rand -base64 32)".to_owned())
    }

    /// Reads the key file; makes it, readable by its owner only, if there is none.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_base64(&text).map_err(|e| format!("{}: {e}", path.display())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::make_file(path),
            Err(e) => Err(format!("{}: {e}", path.display())),
        }
    }

    fn make_file(path: &Path) -> Result<Self, String> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no randomness to be had".to_owned())?;
        match write_private(path, &format!("{}\n", STANDARD.encode(bytes)), true) {
            Ok(()) => Ok(Self(bytes)),
            // another process was faster: its key counts
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Self::from_file(path),
            Err(e) => Err(format!("{}: {e}", path.display())),
        }
    }

    /// Seals bytes; `purpose` must be the same to open them.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, String> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|e| e.to_string())?;
        let mut sealed = secret.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(purpose), &mut sealed)
            .map_err(|_| "cannot seal".to_owned())?;
        Ok([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// A keyed hash: the same for the same purpose and text, and nothing that anybody without the key can tell from
    /// chance.
    pub fn mac(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes());
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, own.as_ref()), text);
        let mut out = [0; 32];
        out.copy_from_slice(tag.as_ref());
        out
    }

    /// Another key, which is made of this one and a text and tells of neither.
    #[must_use]
    pub fn derived(&self, purpose: &str, text: &[u8]) -> Self {
        Self(self.mac(purpose, text))
    }

    /// Opens what was sealed for the same purpose with the same key.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, String> {
        let wrong = || {
            "a sealed secret cannot be opened: the secret key is not the one it was sealed with".to_owned()
        };
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|e| e.to_string())?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut body = body.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(purpose), &mut body).map_err(|_| wrong())?;
        Ok(plain.to_vec())
    }
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, text: &str, must_be_new: bool) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let mut options = std::fs::OpenOptions::new();
    options.write(true).mode(0o600);
    if must_be_new {
        options.create_new(true)
    } else {
        options.create(true).truncate(true)
    };
    let mut file = options.open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_purpose_open() {
        let key = SealKey([7; 32]);
        let sealed = key.seal("signing", b"secret").unwrap();
        assert_eq!(key.open("signing", &sealed).unwrap(), b"secret");
        assert!(key.open("totp", &sealed).is_err());
        assert!(SealKey([8; 32]).open("signing", &sealed).is_err());
        assert!(key.open("signing", &sealed[..5]).is_err());
        assert!(!sealed.windows(6).any(|w| w == b"secret"));
    }

    #[test]
    fn a_keyed_hash_depends_on_key_purpose_and_text() {
        let key = SealKey([7; 32]);
        let one = key.mac("salt", b"text");
        assert_eq!(key.mac("salt", b"text"), one);
        for other in
            [key.mac("verifier", b"text"), key.mac("salt", b"texts"), SealKey([8; 32]).mac("salt", b"text")]
        {
            assert_ne!(other, one);
        }
    }
}
