//! Passwords: Argon2id, off the async threads, and one rule of length.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use crate::kit::error::{ApiError, ApiResult};

/// Shortest password that is accepted, in characters.
pub const SHORTEST: usize = 12;
/// Longest, in bytes: hashing cost must not be the caller's choice.
pub const LONGEST: usize = 256;

/// A well-formed hash of nothing: verified for people who do not exist, so that they take as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Z3JpZGZvbGlvLW5vYm9keQ$0ZsVGs3eXhlkx2PFuQ4nGkM8e5V3bT6qYwJr1cNnB0A";

/// Checks the rule of length.
pub fn check_rule(password: &str) -> Result<(), String> {
    if password.chars().count() < SHORTEST {
        return Err(format!("a password must have at least {SHORTEST} characters"));
    }
    if password.len() > LONGEST {
        return Err(format!("a password must have at most {LONGEST} bytes"));
    }
    Ok(())
}

/// A password of 120 random bits, for somebody who is told it once.
pub fn made() -> ApiResult<String> {
    let mut bytes = [0; 15];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ApiError::internal("no randomness to be had"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Hashes a password.
pub async fn hash(password: String) -> ApiResult<String> {
    on_own_thread(move || {
        let hash = Argon2::default().hash_password(password.as_bytes()).map_err(ApiError::internal)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one that was hashed; for `None` nobody's, in the same time.
pub async fn verify(password: String, hash: Option<String>) -> ApiResult<bool> {
    on_own_thread(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = argon2::PasswordHash::new(&text).map_err(ApiError::internal)?;
        let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(known && right)
    })
    .await
}

/// Hashes at work at the same time, at most: each takes 19 MiB and a core, and anybody may ask for one.
static AT_WORK: Semaphore = Semaphore::const_new(4);

async fn on_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> ApiResult<T> + Send + 'static,
) -> ApiResult<T> {
    let _permit = AT_WORK.acquire().await.map_err(ApiError::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_holds() {
        let hash = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse battery".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!verify("correct horse batterz".to_owned(), Some(hash)).await.unwrap());
        assert!(!verify("correct horse battery".to_owned(), None).await.unwrap());
    }

    #[test]
    fn the_rule_is_about_length() {
        assert!(check_rule("short").is_err());
        assert!(check_rule("twelve chars").is_ok());
        assert!(check_rule(&"x".repeat(257)).is_err());
    }
}
