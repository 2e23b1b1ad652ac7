//! Numbers: text, rounding, limits.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn equal_by_value_and_plain_in_print() {
    for (text, plain) in [
        ("1.10", "1.1"),
        ("-0", "0"),
        ("0.000", "0"),
        ("1E-7", "0.0000001"),
        ("+12e3", "12000"),
        ("-.5", "-0.5"),
        ("7.", "7"),
        ("1e38", "100000000000000000000000000000000000000"),
        ("-99999999999999999999999999999999999999", "-99999999999999999999999999999999999999"),
        ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
    ] {
        assert_eq!(number(text).to_string(), plain, "{text}");
        assert_eq!(number(text), number(plain), "{text}");
    }
    assert_eq!(format!("{:>8}", number("-1.5")), "    -1.5");
}

#[test]
fn refuses_with_the_rule() {
    for text in ["", "-", ".", "e5", "1e", "1,5", "NaN", "inf", "0x10", "1 ", "--1", "1e+-2", "١"] {
        assert!(matches!(text.parse::<Number>(), Err(NumberError::Malformed(_))), "{text}");
    }
    let nines = "9".repeat(39);
    let small = format!("0.{}1", "0".repeat(39));
    for text in ["1e39", "1E-39", "1e99999999999", nines.as_str(), small.as_str()] {
        let error = text.parse::<Number>().unwrap_err();
        assert!(error.to_string().contains("at most 38 digits and an exponent from -38 to 38"), "{error}");
    }
}

#[test]
fn rounds_half_to_even() {
    for (value, decimals, rounded) in [
        ("0.5", 0, "0"),
        ("1.5", 0, "2"),
        ("-2.5", 0, "-2"),
        ("-2.51", 0, "-3"),
        ("0.0005", 3, "0"),
        ("0.0015", 3, "0.002"),
        ("1250", -2, "1200"),
        ("123456789012345678901234567890.12345", 4, "123456789012345678901234567890.1234"),
    ] {
        assert_eq!(number(value).round(decimals), number(rounded), "{value}");
    }
    assert_eq!(number("100").mul_ratio(1, 3, 4), Some(number("33.3333")));
    assert_eq!(number("-100").mul_ratio(2, 3, 2), Some(number("-66.67")));
    assert_eq!(number("1").mul_ratio(1, 0, 2), None);
    assert_eq!(number("20").div_significant(3, 16), Some(number("6.666666666666667")));
    assert_eq!(number("2").div_significant(3, 16), Some(number("0.6666666666666667")));
    assert_eq!(number("99999999999999999").div_significant(1, 16), Some(number("100000000000000000")));
    assert_eq!(number("0").div_significant(7, 16), Some(Number::ZERO));
}

#[test]
fn grows_beyond_i128_and_comes_back() {
    let big = number("1e38");
    let sum = (0..30).fold(Number::ZERO, |sum, _| &sum + &number("99999999999999999999999999999999999999"));
    assert_eq!(sum.to_string(), "2999999999999999999999999999999999999970");
    let tiny = number("1e-38");
    assert_eq!((&big + &tiny).to_string(), format!("1{}.{}1", "0".repeat(38), "0".repeat(37)));
    assert_eq!(&(&big + &tiny) - &big, tiny);
    assert!(&big + &tiny > big && tiny > Number::ZERO && -&big < tiny);
    let square = &sum * &sum;
    assert_eq!(square.mul_ratio(1, 1, 0), Some(square.clone()));
    assert_eq!(Number::from_stored(&square.to_string()), Some(square));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_round_trip(digits in "-?[0-9]{1,38}", exponent in -38i32..=38) {
        let value = number(&format!("{digits}e{exponent}"));
        prop_assert_eq!(Number::from_stored(&value.to_string()), Some(value.clone()));
        prop_assert_eq!(value.mul_pow10(-exponent), number(&digits));
        let mantissa = digits.parse::<i128>().unwrap_or(0);
        prop_assert_eq!(value.scaled(value.scale()), Some(if mantissa == 0 { 0 } else { strip_zeros(mantissa).0 }));
    }

    #[test]
    fn sums_and_ratios_agree_with_integers(a in any::<i64>(), b in any::<i64>(), n in 1i64..1000, d in 1i64..1000) {
        let (x, y) = (Number::new(i128::from(a), 3), Number::new(i128::from(b), 3));
        prop_assert_eq!(&x + &y, Number::new(i128::from(a) + i128::from(b), 3));
        prop_assert_eq!(&x - &y, Number::new(i128::from(a) - i128::from(b), 3));
        prop_assert_eq!(&x * &y, Number::new(i128::from(a) * i128::from(b), 6));
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        let ratio = x.mul_ratio(n, d, 3).unwrap();
        let (top, bottom) = (i128::from(a) * i128::from(n), i128::from(d));
        let error = (ratio.scaled(3).unwrap() * bottom - top).abs() * 2;
        prop_assert!(error < bottom || (error == bottom && ratio.scaled(3).unwrap() % 2 == 0));
    }
}
