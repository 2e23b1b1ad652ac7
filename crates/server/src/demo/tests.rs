//! What the demo organisation holds, as numbers: the same on every machine, and such as real plants show.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use gridfolio_series::{Columns, PropertyKind};

use super::generate::generate;
use super::model::Model;
use super::plants;

/// All datums of a model by source, in the order in which they arrive.
fn datums(model: &Model) -> BTreeMap<String, Vec<Columns>> {
    let sources = model.sources();
    let mut found: BTreeMap<String, Vec<Columns>> = BTreeMap::new();
    let all = generate(model, &mut |batch| {
        found.entry(sources[batch.stream].clone()).or_default().push(batch.datums);
        ControlFlow::Continue(())
    });
    assert!(all.unwrap());
    found
}

#[test]
fn print() {
    for model in plants::all().unwrap() {
        for (source, parts) in datums(&model) {
            let count: usize = parts.iter().map(Columns::len).sum();
            let mut months = vec![];
            for part in &parts {
                for name in ["wattHours", "irradianceHours"] {
                    if let Some(c) = part.column(PropertyKind::Accumulating, name) {
                        let v = |row| c.number(row).unwrap().scaled(1).unwrap();
                        months.push((v(part.len() - 1) - v(0)) / 10_000);
                    }
                }
            }
            println!("{source} {count} {} {months:?}", months.iter().sum::<i128>());
        }
    }
}
