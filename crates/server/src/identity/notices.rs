//! What people are told about their accounts. Each goes into the outbox in the transaction of the change it is about.

use gridfolio_wire::identity::User;
use jiff::{Timestamp, Zoned};

use crate::identity::model;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::kit::tx::Tx;
use crate::messages::templates::{self, Invitation, Recipient};
use crate::messages::{Message, enqueue};

/// A moment in the zone of a person.
pub fn local(user: &Stored<User>, at_ms: i64) -> ApiResult<Zoned> {
    let at = Timestamp::from_millisecond(at_ms).map_err(ApiError::internal)?;
    Ok(at.to_zoned(model::zone(user)))
}

/// An invitation with a temporary password.
pub async fn invite(tx: &mut Tx, user: &Stored<User>, password: &str, until_ms: i64) -> ApiResult<()> {
    let until = local(user, until_ms)?;
    send(tx, user, |to, server, by| {
        templates::invitation(&Invitation { to, server, invited_by: by, temporary_password: password, until })
    })
    .await
}

/// That the address is another one now, told to the old one; nothing where it is the same.
pub async fn tell_old_address(tx: &mut Tx, before: &Stored<User>, after: &Stored<User>) -> ApiResult<()> {
    let address = |user| model::email_key(model::email(user));
    if address(before) == address(after) {
        return Ok(());
    }
    let at = local(before, tx.now_ms())?;
    send(tx, before, |to, server, by| templates::address_changed(to, server, by, &at)).await
}

/// That the second factor was taken away.
pub async fn tell_mfa_reset(tx: &mut Tx, user: &Stored<User>) -> ApiResult<()> {
    let at = local(user, tx.now_ms())?;
    send(tx, user, |to, server, by| templates::mfa_reset(to, server, by, &at)).await
}

/// Writes a message to a person from recipient, server and who acts.
async fn send(
    tx: &mut Tx,
    user: &Stored<User>,
    write: impl FnOnce(Recipient<'_>, &str, &str) -> Message,
) -> ApiResult<()> {
    let name = model::name(user);
    let to = Recipient { name: &name, email: model::email(user) };
    let message = write(to, &tx.app().authority.public_url, &tx.actor().name);
    enqueue(tx, &message).await
}
