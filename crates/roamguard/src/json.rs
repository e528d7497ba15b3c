//! JSON as `serde_json` writes it, octet for octet, into memory: texts are looked through eight octets at a time, and the
//! names of fields, which are our own, not at all.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;

/// Appends a value to `out`.
pub(crate) fn write(out: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Error> {
    value.serialize(Json(out))
}

struct Json<'a>(&'a mut Vec<u8>);

/// What is between two brackets.
struct Inside<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
    end: &'static [u8],
}

impl<'a> Inside<'a> {
    fn begin(out: &'a mut Vec<u8>, start: u8, end: &'static [u8]) -> Self {
        out.push(start);
        Self { out, first: true, end }
    }

    /// In an object of one member that names the variant.
    fn of_variant(out: &'a mut Vec<u8>, name: &str, start: u8, end: &'static [u8]) -> Self {
        out.push(b'{');
        text(out, name);
        out.push(b':');
        Self::begin(out, start, end)
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.comma();
        value.serialize(Json(self.out))
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.out.extend_from_slice(if std::mem::take(&mut self.first) { b"\"" } else { b",\"" });
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        value.serialize(Json(self.out))
    }

    fn finish(self) {
        self.out.extend_from_slice(self.end);
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_plain(bytes) {
        return out.extend_from_slice(bytes);
    }
    for octet in bytes {
        match octet {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => {
                let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' - 10 + half };
                let [high, low] = [digit(octet >> 4), digit(octet & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            _ => out.push(*octet),
        }
    }
}

/// Whether nothing needs an escape. The last octets are looked at together with some before them.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<8>() {
        let special = |word: &[u8; 8]| has_special(u64::from_le_bytes(*word));
        return !bytes.as_chunks().0.iter().any(special) && !special(last);
    }
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some([a, b, c, d]), Some([e, f, g, h])) => {
            !has_special(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]))
        }
        _ => bytes.iter().all(|octet| 0x20 <= *octet && !matches!(octet, b'"' | b'\\')),
    }
}

/// Whether one of eight octets is a quotation mark, a backslash or a control character (RFC 8259 §7): one that is borrows
/// for its highest bit, which UTF-8 beyond ASCII has from the start.
#[inline]
const fn has_special(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let borrows =
        word.wrapping_sub(ONES * 0x20) | quote.wrapping_sub(ONES) | backslash.wrapping_sub(ONES);
    borrows & !word & (ONES << 7) != 0
}

/// Escapes what is formatted into it.
struct Escape<'a>(&'a mut Vec<u8>);

impl fmt::Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(self.0, text);
        Ok(())
    }
}

/// Numbers are written by `serde_json` itself.
macro_rules! numbers {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            serde_json::to_writer(self.0, &value)
        }
    )*};
}

impl<'a> Serializer for Json<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    numbers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_f32(f32) serialize_f64(f64)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        text(self.0, value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        text(self.0, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut inside = Inside::begin(self.0, b'{', b"}");
        inside.field(name, value)?;
        inside.finish();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Error> {
        Ok(Inside::begin(self.0, b'[', b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Error> {
        Ok(Inside::begin(self.0, b'[', b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Error> {
        Ok(Inside::begin(self.0, b'[', b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Error> {
        Ok(Inside::of_variant(self.0, name, b'[', b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Error> {
        Ok(Inside::begin(self.0, b'{', b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Error> {
        Ok(Inside::begin(self.0, b'{', b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Error> {
        Ok(Inside::of_variant(self.0, name, b'{', b"}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.0.push(b'"');
        write!(Escape(self.0), "{value}").map_err(serde::ser::Error::custom)?;
        self.0.push(b'"');
        Ok(())
    }
}

/// Elements of an array.
macro_rules! elements {
    ($($of:ident $method:ident;)*) => {$(
        impl $of for Inside<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// Members of an object whose names are those of fields.
macro_rules! fields {
    ($($of:ident)*) => {$(
        impl $of for Inside<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.comma();
        let at = self.out.len();
        key.serialize(Json(self.out))?;
        // Numbers may be names too, as texts.
        if self.out.get(at) != Some(&b'"') {
            self.out.insert(at, b'"');
            self.out.push(b'"');
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.out.push(b':');
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use engine::event::{Diameter, Endpoints, Event, Map, Proto, Stats, Timestamp, What};
    use serde::Serialize;

    use super::write;

    #[track_caller]
    fn same(value: &impl Serialize) {
        let mut out = b"before".to_vec();
        write(&mut out, value).unwrap();
        let wanted = serde_json::to_string(value).unwrap();
        assert_eq!(std::str::from_utf8(&out).unwrap(), format!("before{wanted}"));
    }

    #[derive(Serialize)]
    enum Shapes {
        Unit,
        Newtype(u8),
        Tuple(i8, char),
        Struct { bare: (), nested: Option<Box<Shapes>> },
    }

    #[test]
    fn every_character_at_every_place() {
        for code in (0..0x180).chain([0x2028, 0xfffd, 0x1_f600]) {
            let special = char::from_u32(code).unwrap();
            for before in 0..18 {
                let text = format!("{}{special}{special}{}", "a".repeat(before), "z".repeat(9));
                same(&text);
                same(&special);
            }
        }
        same(&"");
        same(&"\u{7f}\u{80}\u{a2}\u{a2}\u{a2}\u{dc}".repeat(5));
    }

    #[test]
    fn every_shape() {
        same(&[Shapes::Unit, Shapes::Newtype(255), Shapes::Tuple(-128, '"')]);
        let nested = Some(Box::new(Shapes::Tuple(1, '\n')));
        same(&Shapes::Struct { bare: (), nested });
        same(&BTreeMap::from([(7, "a"), (8, "b")]));
        same(&BTreeMap::from([("a\"b", vec![1.5, 0.1, 1e300, f64::NAN]), ("", vec![])]));
        same(&BTreeMap::<String, ()>::new());
        same(&(u64::MAX, i64::MIN, u128::MAX, 0.1f32, true, false, None::<u8>));
    }

    #[test]
    fn records() {
        let ends = Some(Endpoints {
            src_ip: "192.0.2.1".parse().unwrap(),
            src_port: 0,
            dest_ip: "2001:db8::1".parse().unwrap(),
            dest_port: 3868,
            proto: Proto::Sctp,
        });
        let diameter = Diameter {
            session_id: Some("a;1;\"\u{1}".to_owned()),
            route_record: vec!["b".to_owned(), "c\\".to_owned()],
            imsi: "00101~5d3f09a1c47be210".parse().ok(),
            ..Diameter::default()
        };
        for what in [
            What::Diameter(Box::new(diameter)),
            What::Map(Box::new(Map::default())),
            What::Stats(Box::new(Stats::default())),
        ] {
            same(&Event::new(Timestamp::from_secs(1), 1, ends, what));
        }
    }
}
