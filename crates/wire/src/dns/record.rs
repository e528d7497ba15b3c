//! Questions and resource records (RFC 1035 §4.1.2, §4.1.3), and what the data of a record say.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Name;
use crate::text::Text;
use crate::{Cursor, Truncated};

/// Types whose data are read.
pub(super) mod kind {
    pub(crate) const A: u16 = 1;
    pub(crate) const NS: u16 = 2;
    pub(crate) const CNAME: u16 = 5;
    pub(crate) const SOA: u16 = 6;
    pub(crate) const PTR: u16 = 12;
    pub(crate) const MX: u16 = 15;
    pub(crate) const TXT: u16 = 16;
    pub(crate) const AAAA: u16 = 28;
    pub(crate) const SRV: u16 = 33;
    pub(crate) const NAPTR: u16 = 35;
    pub(crate) const DNAME: u16 = 39;
    pub(crate) const OPT: u16 = 41;
    pub(crate) const DS: u16 = 43;
    pub(crate) const RRSIG: u16 = 46;
    pub(crate) const DNSKEY: u16 = 48;
    pub(crate) const SVCB: u16 = 64;
    pub(crate) const HTTPS: u16 = 65;
    pub(crate) const CAA: u16 = 257;
}

/// Where in the message a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Answer,
    Authority,
    Additional,
}

/// One record. Its name and data are read when they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub section: Section,
    pub rtype: u16,
    pub class: u16,
    pub ttl: u32,
    pub rdata: Cursor<'a>,
    pub(super) owner: Cursor<'a>,
    pub(super) whole: Cursor<'a>,
}

/// The data of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data<'a> {
    Address(IpAddr),
    /// NS, CNAME, PTR, DNAME.
    Domain(Name),
    Mx {
        preference: u16,
        exchange: Name,
    },
    Soa {
        primary: Name,
        serial: u32,
    },
    /// RFC 2782.
    Srv {
        priority: u16,
        weight: u16,
        port: u16,
        target: Name,
    },
    /// RFC 3403 §4.1, as the resolvers of 3GPP use it (TS 29.303).
    Naptr {
        order: u16,
        preference: u16,
        flags: Text<'a>,
        service: Text<'a>,
        regexp: Text<'a>,
        replacement: Name,
    },
    /// Character strings, and the octets in them.
    Txt {
        strings: u16,
        octets: u32,
    },
    /// RFC 4034 §5.1.
    Ds {
        key_tag: u16,
        algorithm: u8,
        digest_type: u8,
    },
    /// RFC 4034 §2.1.
    Dnskey {
        flags: u16,
        protocol: u8,
        algorithm: u8,
    },
    /// RFC 4034 §3.1.
    Rrsig {
        covered: u16,
        algorithm: u8,
        signer: Name,
    },
    /// RFC 8659 §4.1; of the value only its length.
    Caa {
        flags: u8,
        tag: Text<'a>,
        value_len: u32,
    },
    /// RFC 9460 §2.2: SVCB and HTTPS.
    Svcb {
        priority: u16,
        target: Name,
    },
    /// Not read: so many octets.
    Other(u32),
}

impl<'a> Record<'a> {
    /// The owner; labels before a flaw where it has one.
    pub fn name(&self) -> Option<Name> {
        let mut cur = self.owner;
        Name::read(self.whole, &mut cur).ok().map(|(name, _)| name)
    }

    /// The data by the type; `Err` when they end too early or say what the type does not allow.
    pub fn data(&self) -> Result<Data<'a>, Truncated> {
        let mut cur = self.rdata;
        let data = self.read(&mut cur)?;
        if cur.is_empty() { Ok(data) } else { Err(Truncated { at: cur.offset(), missing: 0 }) }
    }

    fn read(&self, cur: &mut Cursor<'a>) -> Result<Data<'a>, Truncated> {
        let length = crate::cursor::short(cur.len());
        Ok(match self.rtype {
            kind::A => Data::Address(Ipv4Addr::from(cur.array::<4>()?).into()),
            kind::AAAA => Data::Address(Ipv6Addr::from(cur.array::<16>()?).into()),
            kind::NS | kind::CNAME | kind::PTR | kind::DNAME => Data::Domain(self.domain(cur)?),
            kind::MX => Data::Mx { preference: cur.u16()?, exchange: self.domain(cur)? },
            kind::SOA => {
                let primary = self.domain(cur)?;
                self.domain(cur)?;
                let serial = cur.u32()?;
                cur.skip(16)?;
                Data::Soa { primary, serial }
            }
            kind::SRV => Data::Srv {
                priority: cur.u16()?,
                weight: cur.u16()?,
                port: cur.u16()?,
                target: self.domain(cur)?,
            },
            kind::NAPTR => Data::Naptr {
                order: cur.u16()?,
                preference: cur.u16()?,
                flags: string(cur)?,
                service: string(cur)?,
                regexp: string(cur)?,
                replacement: self.domain(cur)?,
            },
            kind::TXT => {
                let (mut strings, mut octets) = (0u16, 0u32);
                while !cur.is_empty() {
                    strings = strings.saturating_add(1);
                    octets = octets.saturating_add(crate::cursor::short(string(cur)?.len()));
                }
                Data::Txt { strings, octets }
            }
            kind::DS => {
                let (key_tag, algorithm, digest_type) = (cur.u16()?, cur.u8()?, cur.u8()?);
                cur.take_rest();
                Data::Ds { key_tag, algorithm, digest_type }
            }
            kind::DNSKEY => {
                let (flags, protocol, algorithm) = (cur.u16()?, cur.u8()?, cur.u8()?);
                cur.take_rest();
                Data::Dnskey { flags, protocol, algorithm }
            }
            kind::RRSIG => {
                let (covered, algorithm) = (cur.u16()?, cur.u8()?);
                cur.skip(15)?;
                let signer = self.domain(cur)?;
                cur.take_rest();
                Data::Rrsig { covered, algorithm, signer }
            }
            kind::CAA => {
                let (flags, tag) = (cur.u8()?, string(cur)?);
                Data::Caa { flags, tag, value_len: crate::cursor::short(cur.take_rest().len()) }
            }
            kind::SVCB | kind::HTTPS => {
                let (priority, target) = (cur.u16()?, self.domain(cur)?);
                cur.take_rest();
                Data::Svcb { priority, target }
            }
            _ => {
                cur.take_rest();
                Data::Other(length)
            }
        })
    }

    fn domain(&self, cur: &mut Cursor<'a>) -> Result<Name, Truncated> {
        let at = cur.offset();
        match Name::read(self.whole, cur)? {
            (name, None) => Ok(name),
            (_, Some(_)) => Err(Truncated { at, missing: 0 }),
        }
    }
}

/// §3.3: an octet of length and as many octets.
fn string<'a>(cur: &mut Cursor<'a>) -> Result<Text<'a>, Truncated> {
    let length = cur.u8()?;
    cur.take(usize::from(length)).map(Text)
}

/// As a zone file writes it; of texts, keys and signatures only what they are and how long.
impl fmt::Display for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(ip) => write!(f, "{ip}"),
            Self::Domain(name) => write!(f, "{name}"),
            Self::Mx { preference, exchange } => write!(f, "{preference} {exchange}"),
            Self::Soa { primary, serial } => write!(f, "{primary} {serial}"),
            Self::Srv { priority, weight, port, target } => {
                write!(f, "{priority} {weight} {port} {target}")
            }
            Self::Naptr { order, preference, flags, service, regexp, replacement } => write!(
                f,
                "{order} {preference} \"{flags}\" \"{service}\" \"{regexp}\" {replacement}"
            ),
            Self::Txt { strings, octets } => write!(f, "{strings} strings, {octets} octets"),
            Self::Ds { key_tag, algorithm, digest_type } => {
                write!(f, "{key_tag} {algorithm} {digest_type}")
            }
            Self::Dnskey { flags, protocol, algorithm } => {
                write!(f, "{flags} {protocol} {algorithm}")
            }
            Self::Rrsig { covered, algorithm, signer } => {
                write!(f, "{covered} {algorithm} {signer}")
            }
            Self::Caa { flags, tag, value_len } => write!(f, "{flags} {tag} {value_len} octets"),
            Self::Svcb { priority, target } => write!(f, "{priority} {target}"),
            Self::Other(octets) => write!(f, "{octets} octets"),
        }
    }
}
