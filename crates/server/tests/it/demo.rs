//! Fleets of any size, by the library on both databases and by the command.

use std::path::Path;
use std::process::Output;

use gridfolio::demo::fleet::{self, Fleet, Made};
use gridfolio_testkit::both;

use crate::program::gridfolio;

/// About a week.
const YEARS: f64 = 0.02;
/// Five-minute instants of a week of that length: 0.02 × 365.25 × 288, cut to whole ones.
const PER_STREAM: u64 = 2103;

both! {
    async fn a_fleet_has_what_was_asked_for(app) {
        let fleet = Fleet { projects: 2, years: YEARS };
        let made = fleet::make(&app.app, &fleet).await.unwrap();
        let Made { projects, streams, datums, block_bytes } = made;
        assert_eq!((projects, streams, datums), (2, 6, 6 * PER_STREAM));
        assert!((1..20).contains(&(block_bytes / datums)), "{block_bytes}");
        let answer = app.get("/energy/datums?start=2025-12-28&end=2025-12-30&aggregation=day").await.ok();
        for code in ["F00000", "F00001"] {
            let days = answer["projects"][code]["aggregatedTotals"].as_array().unwrap();
            assert_eq!(days.len(), 2);
            for (day, key) in days.iter().zip(["2025-12-28T00:00:00", "2025-12-29T00:00:00"]) {
                let totals = &day[key];
                assert!(totals["generation"].as_f64() > Some(0.0) && totals["consumption"].as_f64() > Some(1000.0));
            }
        }
        assert_eq!(app.get("/projects/F00001").await.ok()["project"]["sites"]["S1"]["systems"]["R1"]["type"], "generation");
        let again = fleet::make(&app.app, &fleet).await.unwrap_err().to_string();
        assert!(again.contains("name an empty one"), "{again}");
    }
}

fn make_fleet(folder: &Path, flags: &[&str]) -> Output {
    gridfolio().args(["bench", "make-fleet"]).arg(folder).args(flags).output().unwrap()
}

#[test]
fn the_command_makes_a_folder_and_refuses_one_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("fleet");
    let text = |output: &Output| {
        String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
    };
    for (flags, rule) in [
        (["--projects", "0", "--years", "1"], "--projects"),
        (["--projects", "1", "--years", "0"], "must be from 0.001 to 50"),
        (["--projects", "1", "--years", "many"], "must be a number such as 1 or 0.5"),
    ] {
        let refused = make_fleet(&data, &flags);
        assert!(!refused.status.success() && text(&refused).contains(rule), "{}", text(&refused));
    }
    assert!(!data.exists(), "nothing was made");
    let made = make_fleet(&data, &["--projects", "3", "--years", "0.02"]);
    let said = text(&made);
    let counts = format!("3 projects, 9 streams, {} datums in ", 9 * PER_STREAM);
    assert!(made.status.success() && said.starts_with(&counts), "{said}");
    for part in ["datums/s", "bytes/datum in blocks", "bytes/datum in the whole file"] {
        assert!(said.contains(part), "{said}");
    }
    let bytes = std::fs::read(data.join("gridfolio.db")).unwrap();
    let again = make_fleet(&data, &["--projects", "1", "--years", "0.01"]);
    assert!(
        !again.status.success() && text(&again).contains("there is a database already"),
        "{}",
        text(&again)
    );
    assert_eq!(std::fs::read(data.join("gridfolio.db")).unwrap(), bytes);
}
