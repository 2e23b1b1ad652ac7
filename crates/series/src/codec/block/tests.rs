//! Blocks: every form in and out again, damage noticed.

use proptest::prelude::*;

use super::*;
use crate::Datum;

const KEY: BlockKey = BlockKey { stream: 7, day: 18_414, part: 0 };

fn properties(rows: &Columns) -> Properties {
    let mut properties = Properties::default();
    for column in &rows.columns {
        properties.intern(column.kind, &column.name).unwrap();
    }
    properties
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (any::<i64>(), 0i32..10).prop_map(|(value, scale)| Number::new(value.into(), scale)),
        ("-?[0-9]{1,38}", -38i32..=38)
            .prop_map(|(digits, exponent)| format!("{digits}e{exponent}").parse().unwrap()),
        (-1000i128..1000).prop_map(|value| Number::new(value, 1)),
    ]
}

fn datum() -> impl Strategy<Value = Datum> {
    let some = |weight| prop::option::weighted(weight, number());
    (
        0i64..86_400_000,
        some(0.9),
        some(0.5),
        prop::option::of("[a-z✓\\n]{0,5}"),
        prop::collection::btree_set("[xy]{1,2}", 0..3),
    )
        .prop_map(|(at, watts, meter, mode, tags)| {
            let mut datum = Datum::at(KEY.day * 86_400_000 + at);
            datum.instantaneous.extend(watts.map(|value| ("watts".to_owned(), value)));
            datum.accumulating.extend(meter.map(|value| ("meter".to_owned(), value)));
            datum.status.extend(mode.map(|value| ("mode".to_owned(), value)));
            datum.tags = tags;
            datum
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_datums_survive(datums in prop::collection::vec(datum(), 0..70)) {
        let rows = Columns::from_datums(&datums).sorted();
        let properties = properties(&rows);
        let bytes = encode(KEY, &rows, &properties);
        let back = decode(KEY, &bytes, &properties, &|_| true).unwrap();
        prop_assert_eq!(back.datums().collect::<Vec<_>>(), rows.datums().collect::<Vec<_>>());
        let bare = decode(KEY, &bytes, &properties, &|_| false).unwrap();
        prop_assert_eq!((bare.times, bare.columns.len()), (rows.times, 0));
    }

    #[test]
    fn any_change_of_a_byte_is_noticed(datums in prop::collection::vec(datum(), 1..20), place in any::<prop::sample::Index>(), flip in 1u8..) {
        let rows = Columns::from_datums(&datums).sorted();
        let properties = properties(&rows);
        let mut bytes = encode(KEY, &rows, &properties);
        let other = BlockKey { day: KEY.day + 1, ..KEY };
        prop_assert_eq!(decode(other, &bytes, &properties, &|_| true), Err("checksum of a block"));
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        prop_assert!(decode(KEY, &bytes, &properties, &|_| true).is_err());
        bytes.truncate(place);
        prop_assert!(decode(KEY, &bytes, &properties, &|_| true).is_err());
    }

    /// A sound checksum over nonsense, as a faulty program might write it.
    #[test]
    fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut properties = Properties::default();
        properties.intern(PropertyKind::Instantaneous, &"watts".into()).unwrap();
        let _ = decode_body(&body, &properties, &|_| true);
    }
}

#[test]
fn equal_numbers_have_one_form_and_texts_are_the_fallback() {
    let rows = |text: &str| {
        let value = Some(text.parse::<Number>().unwrap());
        Columns::new(vec![0, 1]).with_numbers(PropertyKind::Instantaneous, "x", vec![value, None]).unwrap()
    };
    let form = |text: &str| {
        let rows = rows(text);
        encode(KEY, &rows, &properties(&rows))
    };
    assert_eq!(form("1.10"), form("1.1"));
    assert_eq!(form("1e2"), form("100.000"));
    assert_ne!(form("1.1"), form("1.2"));
    for text in ["0.0000000001", "9223372036854775808", "-1e38", "12345678901.123456789"] {
        let bytes = form(text);
        let plain = text.parse::<Number>().unwrap().to_string();
        assert!(
            bytes.windows(plain.len()).any(|window| window == plain.as_bytes()),
            "{text} is stored as text"
        );
    }
}
