//! Documents and models tell of the same plants.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::demo::assets::{self, children, code};
use crate::demo::{papers, plants};

#[test]
fn every_stream_is_a_device_of_its_system_and_no_other() {
    let files = assets::files().unwrap();
    for model in plants::all().unwrap() {
        let file = files.iter().find(|file| code(&file["project"]) == model.project).unwrap();
        let systems = children(&file["project"], "sites").flat_map(|site| children(site, "systems"));
        let devices = systems.flat_map(|system| system["devices"].as_array().into_iter().flatten());
        let named: BTreeSet<String> =
            devices.map(|device| device["sourceId"].as_str().unwrap().to_owned()).collect();
        assert_eq!(named, model.sources().into_iter().collect());
    }
}

#[test]
fn sizes_places_and_zones_agree() {
    let files = assets::files().unwrap();
    for model in plants::all().unwrap() {
        let project = &files.iter().find(|file| code(&file["project"]) == model.project).unwrap()["project"];
        assert_eq!(project["timezone"], model.zone);
        let mut total = 0.0;
        for site in &model.sites {
            let document = &project["sites"][site.code];
            assert_eq!(document["timezone"], model.zone);
            let place = site.site.place;
            assert_eq!(
                (&document["lat"], &document["long"]),
                (&place.latitude.into(), &place.longitude.into())
            );
            let arrays: f64 = site.site.arrays.iter().map(|array| array.dc_kw).sum();
            let running = children(document, "systems").filter(|system| system["status"] != "Construction");
            let sizes: f64 = running.filter_map(|system| system["dcSize"].as_f64()).sum();
            assert!((arrays - sizes).abs() < 1e-9, "{} {}", model.project, site.code);
            total += arrays;
        }
        assert!((project["dcSize"].as_f64().unwrap() - total).abs() < 1e-9, "{}", model.project);
    }
}

#[test]
fn what_reports_read_is_there() {
    for file in assets::files().unwrap().iter().filter(|file| code(&file["project"]) != "SERF") {
        let (project, name) = (&file["project"], code(&file["project"]));
        assert!(project["milestones"]["interconnection"].is_string(), "{name}");
        let flows = file["proForma"]["cashFlows"].as_array().unwrap();
        let rates = |account: &str| -> Vec<&Value> {
            let of_account = flows.iter().filter(|flow| flow["account"] == account);
            of_account
                .flat_map(|flow| flow["payments"].as_array().unwrap())
                .map(|p| &p["recurrence"])
                .collect()
        };
        assert!(
            rates("PPA/FIT").iter().all(|recurrence| recurrence["startRate"].as_f64() > Some(0.0)),
            "{name}"
        );
        assert!(!rates("PPA/FIT").is_empty(), "{name}");
        for recurrence in rates("SREC Revenue") {
            let by_month = recurrence["rates"].as_array().is_some_and(|years| years.len() == 6);
            assert!(recurrence["rateType"] == "fixed" || by_month, "{name}: {recurrence}");
        }
        for site in children(project, "sites") {
            assert!(site["contacts"].as_array().is_some_and(|contacts| !contacts.is_empty()), "{name}");
            for system in children(site, "systems").filter(|system| system["type"] == "generation") {
                if system["status"] == "Construction" {
                    continue;
                }
                for month in ["january", "june", "december"] {
                    assert!(system["forecast"]["acEnergy"]["monthlyACEnergy"][month].as_f64() > Some(0.0));
                    assert!(
                        system["forecast"]["irradiance"]["monthlyIrradiance"][month].as_f64() > Some(0.0)
                    );
                }
            }
        }
    }
}

#[test]
fn portfolios_and_events_name_what_is_there() {
    let files = assets::files().unwrap();
    let codes: Vec<&str> = files.iter().map(|file| code(&file["project"])).collect();
    let portfolios = papers::portfolios().unwrap();
    assert_eq!(portfolios.len(), 2);
    for project in portfolios.iter().flat_map(|portfolio| portfolio["projects"].as_array().unwrap()) {
        assert!(codes.contains(&project.as_str().unwrap()), "{project}");
    }
    for file in &files {
        for event in file["events"].as_array().into_iter().flatten() {
            let location = &event["location"];
            assert_eq!(location["project"], file["project"]["code"]);
            let site = &file["project"]["sites"][location["site"].as_str().unwrap()];
            let system = location["system"].as_str().map(|system| &site["systems"][system]);
            assert!(site.is_object() && system.is_none_or(Value::is_object), "{location}");
        }
    }
}
