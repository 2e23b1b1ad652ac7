//! Changes of accounts by those who administer them. Who may is asked of [`Administrator`] each time, before anything
//! else; nothing here signs anybody in.

use gridfolio_wire::identity::User;

use crate::identity::administer::{self, Administrator, Reach};
use crate::identity::{model, service, store, user_types};
use crate::kit::access::Groups;
use crate::kit::body::Body;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::stored::Stored;
use crate::kit::tx::{Change, Tx};

/// Replaces an account. Another type brings its groups; the same one leaves the groups as they are.
pub async fn update_user(
    mut tx: Tx,
    by: &Administrator,
    before: &Stored<User>,
    body: Body<User>,
) -> ApiResult<Stored<User>> {
    service::refuse_secrets(&body.document)?;
    by.check_over(&mut tx, before).await?;
    administer::check_references(&mut tx, by, &body.view, Some(before)).await?;
    let kind = body.view.user_type.as_ref().map(gridfolio_wire::UserTypeId::as_str);
    let groups = match kind {
        Some(kind) if before.text_member("userType") != Some(kind) => {
            user_types::groups_of(&mut tx, Some(kind)).await?
        }
        _ => model::groups(before),
    };
    let after = before.replaced(model::with_groups(&body.document, groups));
    replace(&mut tx, by, before, &after).await?;
    tx.commit(Change::update(before, &after)).await?;
    Ok(after)
}

/// Writes an account whose rights may be others now.
async fn replace(
    tx: &mut Tx,
    by: &Administrator,
    before: &Stored<User>,
    after: &Stored<User>,
) -> ApiResult<()> {
    by.check_own_rights(before, after)?;
    by.check_given(&Reach::of(tx, after).await?)?;
    administer::keep_one(tx, before, Some(after)).await?;
    store::update_user(tx, after).await
}

/// Removes an account; its sessions and tokens end with it. The log keeps the name.
pub async fn delete_user(mut tx: Tx, by: &Administrator, user: &Stored<User>) -> ApiResult<()> {
    by.check_other(&user.key, "removes themselves")?;
    by.check_over(&mut tx, user).await?;
    administer::keep_one(&mut tx, user, None).await?;
    store::delete_account(&mut tx, user).await?;
    tx.commit(Change::delete(user)).await
}

/// Gives a person these groups. Where they have them, nothing is written.
pub async fn change_groups(
    mut tx: Tx,
    by: &Administrator,
    before: &Stored<User>,
    groups: Groups,
) -> ApiResult<()> {
    by.check_other(&before.key, "changes their own groups")?;
    by.check_over(&mut tx, before).await?;
    if groups == model::groups(before) {
        return Ok(());
    }
    by.check_groups(groups)?;
    let after = before.replaced(model::with_groups(&before.document, groups));
    replace(&mut tx, by, before, &after).await?;
    tx.commit(Change::update(before, &after)).await
}

/// Gives a person the groups of their type.
pub async fn reset_groups(mut tx: Tx, by: &Administrator, before: &Stored<User>) -> ApiResult<()> {
    let Some(kind) = before.text_member("userType") else {
        by.check_over(&mut tx, before).await?;
        return Err(ApiError::Conflict("this user has no type: set userType first".to_owned()));
    };
    let groups = user_types::groups_of(&mut tx, Some(kind)).await?;
    change_groups(tx, by, before, groups).await
}
