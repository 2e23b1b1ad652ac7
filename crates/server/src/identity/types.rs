//! The types of users that every installation begins with, and what people of earlier versions become.
//!
//! Types are documents that administrators change; these are written once, at the first start. Nothing here looks at
//! a type again after that: a person's rights are the groups in their own document.

use gridfolio_db::{Session, query};
use gridfolio_wire::identity::User;
use serde_json::{Value, json};

use crate::identity::model::ADMINISTERED;
use crate::kit::access::{Group, Groups};
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::settings::{find_setting, settle_setting};
use crate::kit::stored::{Document, Stored};

/// A type that ships with the product.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its id, the same everywhere.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its groups.
    pub groups: &'static [Group],
}

use Group::{
    ControlDevices, EditDemandResponse, EditDevices, EditEnergy, EditEvents, EditFinance, EditIntegrations,
    EditMedia, EditProjects, EditRecords, EditReports, EditRequests, Export, ViewAudit, ViewDemandResponse,
    ViewDevices, ViewEnergy, ViewEvents, ViewFinance, ViewIntegrations, ViewMedia, ViewPeople, ViewProjects,
    ViewRecords, ViewReports, ViewRequests,
};

/// Everything.
pub const ADMINISTRATOR: Shipped =
    Shipped { id: "5f1d7a10-0000-4000-8000-000000000001", name: "administrator", groups: Group::ALL };
/// Runs the projects: everything but people and orders to devices.
pub const ASSET_MANAGER: Shipped = Shipped {
    id: "5f1d7a10-0000-4000-8000-000000000002",
    name: "asset manager",
    groups: &[
        ViewProjects,
        EditProjects,
        ViewEvents,
        EditEvents,
        ViewEnergy,
        EditEnergy,
        ViewDevices,
        EditDevices,
        ViewRecords,
        EditRecords,
        ViewRequests,
        EditRequests,
        ViewMedia,
        EditMedia,
        ViewFinance,
        EditFinance,
        ViewReports,
        EditReports,
        ViewDemandResponse,
        EditDemandResponse,
        ViewIntegrations,
        EditIntegrations,
        Export,
        ViewAudit,
        ViewPeople,
    ],
};
/// Money and paper.
pub const FINANCE: Shipped = Shipped {
    id: "5f1d7a10-0000-4000-8000-000000000003",
    name: "finance",
    groups: &[
        ViewProjects,
        ViewEvents,
        ViewEnergy,
        ViewRecords,
        EditRecords,
        ViewMedia,
        ViewFinance,
        EditFinance,
        ViewReports,
        EditReports,
        Export,
        ViewAudit,
    ],
};
/// Plants and measurements, without money.
pub const ENGINEER: Shipped = Shipped {
    id: "5f1d7a10-0000-4000-8000-000000000004",
    name: "engineer",
    groups: &[
        ViewProjects,
        EditProjects,
        ViewEvents,
        EditEvents,
        ViewEnergy,
        EditEnergy,
        ViewDevices,
        EditDevices,
        ControlDevices,
        ViewRecords,
        ViewRequests,
        EditRequests,
        ViewMedia,
        EditMedia,
        ViewReports,
        ViewDemandResponse,
        EditDemandResponse,
        Export,
        ViewAudit,
    ],
};
/// Work on site.
pub const FIELD_TECHNICIAN: Shipped = Shipped {
    id: "5f1d7a10-0000-4000-8000-000000000005",
    name: "field technician",
    groups: &[
        ViewProjects,
        ViewEvents,
        EditEvents,
        ViewEnergy,
        ViewDevices,
        ViewRequests,
        EditRequests,
        ViewMedia,
        EditMedia,
    ],
};
/// Looks on.
pub const VIEWER: Shipped = Shipped {
    id: "5f1d7a10-0000-4000-8000-000000000006",
    name: "viewer",
    groups: &[
        ViewProjects,
        ViewEvents,
        ViewEnergy,
        ViewDevices,
        ViewRecords,
        ViewRequests,
        ViewMedia,
        ViewReports,
        ViewDemandResponse,
    ],
};

/// All of them.
pub const SHIPPED: [Shipped; 6] = [ADMINISTRATOR, ASSET_MANAGER, FINANCE, ENGINEER, FIELD_TECHNICIAN, VIEWER];

impl Shipped {
    /// By its name, whatever the case.
    pub fn named(name: &str) -> Option<Self> {
        SHIPPED.into_iter().find(|one| one.name.eq_ignore_ascii_case(name.trim()))
    }

    /// Its groups.
    pub fn groups(self) -> Groups {
        self.groups.iter().copied().collect()
    }
}

/// What a user is called: the shipped type's name, or the id of another.
pub fn name_of(user: &Stored<User>) -> &str {
    let id = user.text_member("userType").unwrap_or("-");
    SHIPPED.iter().find(|one| one.id == id).map_or(id, |one| one.name)
}

/// Says that the types were written.
pub const SETTING: &str = "identity.types";

/// Writes the types that ship, once, and gives people of versions that knew only roles what they had.
pub async fn ship(session: &mut Session) -> ApiResult<()> {
    if find_setting(session, SETTING).await?.is_some() {
        return Ok(());
    }
    for one in SHIPPED {
        let document = json!({"name": one.name, "application": "ams", "groups": one.groups().words()});
        query(
            "INSERT INTO user_type (id, revision, document, created_at, updated_at) VALUES ($1, 1, $2, 0, 0) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(one.id)
        .bind(document.to_string())
        .execute(session)
        .await?;
    }
    adopt(session).await?;
    settle_setting(session, SETTING, "1").await?;
    Ok(())
}

/// Administrators stay that; everybody else could see everything but people, and change nothing.
fn of_role(role: &str) -> (Shipped, Groups) {
    if role == "administrator" {
        (ADMINISTRATOR, ADMINISTRATOR.groups())
    } else {
        let more = [ViewFinance, ViewAudit];
        (VIEWER, more.into_iter().fold(VIEWER.groups(), Groups::with))
    }
}

async fn adopt(session: &mut Session) -> ApiResult<()> {
    let people: Vec<(String, String, String)> = query(
        "SELECT u.id, u.document, b.role FROM user_before b JOIN app_user u ON u.id = b.app_user ORDER BY u.id",
    )
    .all(session)
    .await?;
    for (id, document, role) in people {
        let mut document: Document = serde_json::from_str(&document).map_err(ApiError::internal)?;
        // Whatever a client once kept under these names was no rule.
        document.retain(|name, _| !ADMINISTERED.contains(&name.as_str()));
        let (kind, groups) = of_role(&role);
        document.insert("userType".to_owned(), kind.id.into());
        document.insert("groups".to_owned(), groups.words().into());
        query("UPDATE app_user SET document = $2, revision = revision + 1 WHERE id = $1")
            .bind(&id)
            .bind(Value::Object(document).to_string())
            .execute(session)
            .await?;
    }
    query("DELETE FROM user_before").execute(session).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_administrators_have_people_and_devices_follow_orders_of_engineers() {
        let with = |group| -> Vec<&str> {
            SHIPPED.into_iter().filter(|one| one.groups().has(group)).map(|one| one.name).collect()
        };
        assert_eq!(with(Group::EditPeople), ["administrator"]);
        assert_eq!(with(ControlDevices), ["administrator", "engineer"]);
        assert_eq!(with(EditFinance), ["administrator", "asset manager", "finance"]);
        assert_eq!(Shipped::named("Field Technician").unwrap().id, FIELD_TECHNICIAN.id);
    }
}
