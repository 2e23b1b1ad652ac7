//! The policy: which group of permissions opens what. The one place that decides.
//!
//! A group opens verbs in an area; a person has groups. Nothing here knows a person, a project or a path: which
//! projects a person sees is their [`Scope`](super::Scope), what an operation needs stands in its signature.

/// A part of the product that is seen or changed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Projects, sites, systems, portfolios, contacts.
    Catalogue,
    /// Events.
    Events,
    /// Measurements and what is computed from them: energy, weather, streams.
    Energy,
    /// Nodes and devices.
    Devices,
    /// Contracts, permits and their documents.
    Records,
    /// Service requests and requests for information.
    Requests,
    /// Photos and files.
    Media,
    /// Pro formas, cash flows, tariffs, billing.
    Finance,
    /// Reports.
    Reports,
    /// Demand response.
    DemandResponse,
    /// Other systems.
    Integrations,
    /// The log of changes.
    Audit,
    /// Accounts, groups and types of people.
    People,
}

/// What is done with things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// See.
    Read,
    /// Make, change or remove.
    Edit,
    /// Take out as a file.
    Download,
    /// Give orders to a device.
    Control,
    /// See or use what is one's own.
    Own,
    /// Change the own account, which a machine's token must not.
    OwnAccount,
}

macro_rules! groups {
    ($($name:ident $word:literal $area:ident $verb:ident $text:literal;)+) => {
        /// A group: a permission that people have or have not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Group {
            $(#[doc = $text] $name,)+
        }

        impl Group {
            /// All groups, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its id, which never changes.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it is for, for people.
            pub fn description(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Where it opens something, and what.
            pub fn opens(self) -> (Area, Verb) {
                match self { $(Self::$name => (Area::$area, Verb::$verb),)+ }
            }
        }
    };
}
groups! {
    ViewProjects "projects-view" Catalogue Read "See portfolios, projects, sites, systems and contacts";
    EditProjects "projects-edit" Catalogue Edit "Make, change and remove portfolios, projects, sites and systems";
    ViewEvents "events-view" Events Read "See events";
    EditEvents "events-edit" Events Edit "Make, change, resolve and remove events";
    ViewEnergy "energy-view" Energy Read "See measurements, energy and weather";
    EditEnergy "energy-edit" Energy Edit "Correct measurements and streams";
    ViewDevices "devices-view" Devices Read "See nodes and devices";
    EditDevices "devices-edit" Devices Edit "Change the settings of nodes and devices";
    ControlDevices "device-control" Devices Control "Give orders to nodes and devices";
    ViewRecords "records-view" Records Read "See records and their documents";
    EditRecords "records-edit" Records Edit "Make, change and remove records and their documents";
    ViewRequests "requests-view" Requests Read "See service requests and requests for information";
    EditRequests "requests-edit" Requests Edit "Make, answer and resolve requests";
    ViewMedia "media-view" Media Read "See photos and files";
    EditMedia "media-edit" Media Edit "Add, change and remove photos and files";
    ViewFinance "finance-view" Finance Read "See pro formas, cash flows, tariffs and billing";
    EditFinance "finance-edit" Finance Edit "Change pro formas, cash flows, tariffs and billing";
    ViewReports "reports-view" Reports Read "See reports";
    EditReports "reports-edit" Reports Edit "Make and change reports";
    ViewDemandResponse "demand-response-view" DemandResponse Read "See demand response";
    EditDemandResponse "demand-response-edit" DemandResponse Edit "Make, change and answer demand response events";
    ViewIntegrations "integrations-view" Integrations Read "See connections to other systems";
    EditIntegrations "integrations-edit" Integrations Edit "Change connections to other systems";
    Export "export" Catalogue Download "Export data and download documents of what one may see";
    ViewAudit "audit-view" Audit Read "See the log of changes";
    ViewPeople "users-view" People Read "See accounts, groups and types of users, and their log";
    EditPeople "users-edit" People Edit "Invite, change and remove users and types of users, give and take groups";
}

impl Group {
    /// From its id.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.word() == word)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Groups(u32);

impl Groups {
    /// None.
    pub const NONE: Self = Self(0);

    /// All there are.
    pub fn all() -> Self {
        Group::ALL.iter().copied().collect()
    }

    /// From ids; those that are no group's (any more) open nothing.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        words.into_iter().filter_map(Group::from_word).collect()
    }

    /// The ids, in the order of all groups.
    pub fn words(self) -> Vec<&'static str> {
        self.iter().map(Group::word).collect()
    }

    /// The groups.
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::ALL.iter().copied().filter(move |group| self.has(*group))
    }

    /// Whether a group is in it.
    pub fn has(self, group: Group) -> bool {
        self.0 & group.bit() != 0
    }

    /// With one more.
    #[must_use]
    pub fn with(self, group: Group) -> Self {
        Self(self.0 | group.bit())
    }

    /// Without one.
    #[must_use]
    pub fn without(self, group: Group) -> Self {
        Self(self.0 & !group.bit())
    }

    /// Those in both.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of another set are in it.
    pub fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

impl FromIterator<Group> for Groups {
    fn from_iter<T: IntoIterator<Item = Group>>(groups: T) -> Self {
        groups.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What a caller has, as far as the policy asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Their groups.
    pub groups: Groups,
    /// Whether files are kept from them, whatever their groups say.
    pub prevent_download: bool,
    /// Whether they signed in themselves; a machine's token has not.
    pub in_person: bool,
}

/// Whether a group alone opens a verb in an area. To edit includes to see.
pub fn opens(group: Group, area: Area, verb: Verb) -> bool {
    let (place, power) = group.opens();
    match verb {
        Verb::Read => place == area && matches!(power, Verb::Read | Verb::Edit),
        Verb::Edit | Verb::Control => place == area && power == verb,
        Verb::Download => power == Verb::Download,
        Verb::Own | Verb::OwnAccount => true,
    }
}

/// The rule.
pub fn allows(rights: &Rights, area: Area, verb: Verb) -> bool {
    let opened = |verb| rights.groups.iter().any(|group| opens(group, area, verb));
    match verb {
        Verb::Own => true,
        Verb::OwnAccount => rights.in_person,
        // What may not be seen may not be taken out either.
        Verb::Download => !rights.prevent_download && opened(Verb::Download) && opened(Verb::Read),
        Verb::Control => opened(Verb::Control) && opened(Verb::Read),
        Verb::Read | Verb::Edit => opened(verb),
    }
}

/// Why not, for people.
pub fn refusal(rights: &Rights, verb: Verb) -> &'static str {
    match verb {
        Verb::Read | Verb::Own => "your account may not see this",
        Verb::Edit => "your account may see this, but not change it",
        Verb::Download if rights.prevent_download => "your account may not download or export",
        Verb::Download => "your account may see this, but not download or export it",
        Verb::Control => "your account may not give orders to devices",
        Verb::OwnAccount => "an access token cannot change the account; sign in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(groups: &[Group]) -> Rights {
        Rights { groups: groups.iter().copied().collect(), prevent_download: false, in_person: true }
    }

    #[test]
    fn a_group_opens_its_own_area_only() {
        let editor = rights(&[Group::EditEvents]);
        assert!(allows(&editor, Area::Events, Verb::Edit) && allows(&editor, Area::Events, Verb::Read));
        assert!(!allows(&editor, Area::Catalogue, Verb::Read));
        let viewer = rights(&[Group::ViewEvents]);
        assert!(allows(&viewer, Area::Events, Verb::Read) && !allows(&viewer, Area::Events, Verb::Edit));
        assert!(
            allows(&rights(&[]), Area::People, Verb::Own)
                && !allows(&rights(&[]), Area::Catalogue, Verb::Read)
        );
    }

    #[test]
    fn files_need_export_and_sight_and_no_prevention() {
        let mut both = rights(&[Group::Export, Group::ViewEnergy]);
        assert!(allows(&both, Area::Energy, Verb::Download));
        assert!(!allows(&both, Area::Finance, Verb::Download), "not seen, not taken out");
        assert!(!allows(&rights(&[Group::ViewEnergy]), Area::Energy, Verb::Download));
        both.prevent_download = true;
        assert!(!allows(&both, Area::Energy, Verb::Download));
        assert!(allows(&both, Area::Energy, Verb::Read));
        assert!(
            !allows(&rights(&[Group::Export]), Area::Catalogue, Verb::Read),
            "export alone shows nothing"
        );
    }

    #[test]
    fn a_machine_never_changes_the_account() {
        let machine = Rights { in_person: false, ..rights(Group::ALL) };
        assert!(
            allows(&machine, Area::People, Verb::Own) && !allows(&machine, Area::People, Verb::OwnAccount)
        );
        assert!(allows(&rights(&[]), Area::People, Verb::OwnAccount));
    }

    #[test]
    fn words_are_unique_and_lead_back() {
        for group in Group::ALL {
            assert_eq!(Group::from_word(group.word()), Some(*group));
        }
        let some = Groups::from_words(["export", "no-such", "users-edit", "export"]);
        assert_eq!(some.words(), ["export", "users-edit"]);
        assert!(Groups::all().covers(some) && !some.covers(Groups::all()));
        assert_eq!(some.without(Group::Export).both(Groups::all()).words(), ["users-edit"]);
    }
}
