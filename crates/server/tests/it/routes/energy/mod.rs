//! Energy of projects.

mod list_energy_datums;
mod list_project_energy_datums;
