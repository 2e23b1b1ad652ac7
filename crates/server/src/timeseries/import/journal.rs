//! What one transaction of an import wrote, in few bytes: enough to undo it, and to notice that somebody wrote since.
//!
//! The written datums themselves are not kept: of each there is the instant and a checksum, about five bytes. Datums
//! that stood there before are kept whole. A derived meter is in neither: it follows from the power.

use gridfolio_series::{Datum, Number};

/// What one transaction wrote, in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Instants (milliseconds) and checksums of the datums.
    pub datums: Vec<(i64, u32)>,
}

impl Written {
    /// Packed: number of datums, instants as differences of differences, checksums.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.datums.len() * 5 + 16);
        put(&mut out, self.datums.len() as u128);
        put_instants(&mut out, self.datums.iter().map(|datum| datum.0));
        for (_, checksum) in &self.datums {
            out.extend_from_slice(&checksum.to_le_bytes());
        }
        out
    }

    /// Unpacks; `None` for bytes that [`Self::encode`] did not make.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let count = reader.count()?;
        let instants = reader.instants(count)?;
        let datums: Option<Vec<_>> = instants
            .into_iter()
            .map(|at| Some((at, u32::from_le_bytes(reader.take(4)?.try_into().ok()?))))
            .collect();
        reader.0.is_empty().then_some(Self { datums: datums? })
    }
}

/// The checksum of a datum without the property `except`.
pub fn checksum(datum: &Datum, except: Option<&str>) -> u32 {
    let mut text = Vec::new();
    put_datum(&mut text, datum, except);
    crc32fast::hash(&text)
}

/// Packs whole datums, in order of time; the property `except` is left out.
pub fn encode_datums(datums: &[Datum], except: Option<&str>) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, datums.len() as u128);
    put_instants(&mut out, datums.iter().map(|datum| datum.at));
    for datum in datums {
        put_datum(&mut out, datum, except);
    }
    out
}

/// Unpacks; `None` for bytes that [`encode_datums`] did not make.
pub fn decode_datums(bytes: &[u8]) -> Option<Vec<Datum>> {
    let mut reader = Reader(bytes);
    let count = reader.count()?;
    let instants = reader.instants(count)?;
    let datums: Option<Vec<Datum>> = instants.into_iter().map(|at| reader.datum(at)).collect();
    if reader.0.is_empty() { datums } else { None }
}

/// Packs instants, in order of time.
pub fn encode_instants(instants: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(instants.len() + 16);
    put(&mut out, instants.len() as u128);
    put_instants(&mut out, instants.iter().copied());
    out
}

/// Unpacks; `None` for bytes that [`encode_instants`] did not make.
pub fn decode_instants(bytes: &[u8]) -> Option<Vec<i64>> {
    let mut reader = Reader(bytes);
    let count = reader.count()?;
    let instants = reader.instants(count)?;
    reader.0.is_empty().then_some(instants)
}

fn put(out: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        out.push(low_bits(value) | 0x80);
        value >>= 7;
    }
    out.push(low_bits(value));
}

fn low_bits(value: u128) -> u8 {
    value.to_le_bytes()[0] & 0x7f
}

fn put_signed(out: &mut Vec<u8>, value: i128) {
    put(out, ((value << 1) ^ (value >> 127)).cast_unsigned());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u128);
    out.extend_from_slice(text.as_bytes());
}

fn put_instants(out: &mut Vec<u8>, instants: impl Iterator<Item = i64>) {
    let (mut previous, mut step) = (0_i128, 0_i128);
    for at in instants.map(i128::from) {
        let next = at - previous;
        put_signed(out, next - step);
        (previous, step) = (at, next);
    }
}

fn put_datum(out: &mut Vec<u8>, datum: &Datum, except: Option<&str>) {
    for numbers in [&datum.instantaneous, &datum.accumulating] {
        let kept = || numbers.iter().filter(|(name, _)| Some(name.as_str()) != except);
        put(out, kept().count() as u128);
        for (name, number) in kept() {
            put_text(out, name);
            put_number(out, number);
        }
    }
    put(out, datum.status.len() as u128);
    for (name, text) in &datum.status {
        put_text(out, name);
        put_text(out, text);
    }
    put(out, datum.tags.len() as u128);
    for tag in &datum.tags {
        put_text(out, tag);
    }
}

/// Scale and mantissa; numbers of datums have 38 digits at most and so fit, and a larger one goes as its text.
fn put_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(mantissa) = number.scaled(number.scale()) {
        out.push(0);
        put_signed(out, number.scale().into());
        put_signed(out, mantissa);
    } else {
        out.push(1);
        put_text(out, &number.to_string());
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u128> {
        let mut value = 0_u128;
        for shift in (0..128).step_by(7) {
            let [byte] = self.take(1)? else { return None };
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i128> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// A count of things of at least one byte each: more than there are bytes cannot be right.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    fn text(&mut self) -> Option<String> {
        let length = self.count()?;
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }

    fn instants(&mut self, count: usize) -> Option<Vec<i64>> {
        let (mut at, mut step) = (0_i128, 0_i128);
        (0..count)
            .map(|_| {
                step = step.checked_add(self.signed()?)?;
                at = at.checked_add(step)?;
                i64::try_from(at).ok()
            })
            .collect()
    }

    fn datum(&mut self, at: i64) -> Option<Datum> {
        let mut datum = Datum::at(at);
        for _ in 0..self.count()? {
            datum.instantaneous.insert(self.text()?, self.exact()?);
        }
        for _ in 0..self.count()? {
            datum.accumulating.insert(self.text()?, self.exact()?);
        }
        for _ in 0..self.count()? {
            datum.status.insert(self.text()?, self.text()?);
        }
        for _ in 0..self.count()? {
            datum.tags.insert(self.text()?);
        }
        Some(datum)
    }

    fn exact(&mut self) -> Option<Number> {
        match self.take(1)? {
            [0] => {
                let scale = i32::try_from(self.signed()?).ok()?;
                Some(Number::new(self.signed()?, scale))
            }
            _ => self.text()?.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_written_comes_back() {
        let regular: Vec<(i64, u32)> = (0..5000_i64)
            .map(|i| (1_467_356_400_000 + i * 900_000, 0xffff_fff0 ^ u32::try_from(i).unwrap()))
            .collect();
        for datums in [Vec::new(), vec![(-5, 7)], regular.clone(), vec![(i64::MIN, 0), (i64::MAX, 1)]] {
            let written = Written { datums };
            assert_eq!(Written::decode(&written.encode()), Some(written));
        }
        let bytes = Written { datums: regular }.encode();
        assert!(bytes.len() < 5000 * 6, "{}", bytes.len());
        assert_eq!(Written::decode(&bytes[..bytes.len() - 1]), None);
        for instants in [vec![], vec![7], vec![-900_000, 0, 900_000, 5]] {
            assert_eq!(decode_instants(&encode_instants(&instants)), Some(instants));
        }
        assert_eq!(Written::decode(&[]), None);
        assert_eq!(Written::decode(&[0xff; 40]), None);
    }

    #[test]
    fn replaced_datums_come_back_without_the_derived_meter() {
        let full = Datum::at(10)
            .i("watts", number("-2860.1"))
            .i("tiny", number("0.00000000000000000000000000000000000001"))
            .a("wattHours", number("12e38"))
            .a("other", number("99999999999999999999999999999999999999"))
            .s("mode", "on")
            .t("new");
        let datums = vec![Datum::at(-3), full.clone()];
        assert_eq!(decode_datums(&encode_datums(&datums, None)), Some(datums.clone()));
        let mut without = full.clone();
        without.accumulating.remove("wattHours");
        assert_eq!(
            decode_datums(&encode_datums(&datums, Some("wattHours"))),
            Some(vec![Datum::at(-3), without])
        );
        let bytes = encode_datums(&datums, None);
        assert_eq!(decode_datums(&bytes[..bytes.len() - 1]), None);
    }

    #[test]
    fn the_checksum_sees_every_change_but_the_derived_meter() {
        let datum = Datum::at(10).i("watts", number("1.5")).a("wattHours", number("7"));
        let moved = datum.clone().a("wattHours", number("8"));
        assert_eq!(checksum(&datum, Some("wattHours")), checksum(&moved, Some("wattHours")));
        assert_ne!(checksum(&datum, None), checksum(&moved, None));
        assert_ne!(checksum(&datum, None), checksum(&datum.clone().i("watts", number("15")), None));
        assert_ne!(checksum(&datum, None), checksum(&datum.clone().t("x"), None));
        assert_eq!(checksum(&datum, None), checksum(&datum.clone().i("watts", number("1.50")), None));
    }
}
