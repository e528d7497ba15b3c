//! Names on a roaming exchange: the grammar of 3GPP, and whose name a name is.
//!
//! Source: 3GPP TS 23.003 §9 (APN), §19 (domain names of the EPC, IMS and their nodes), annexes C and D (`.gprs`, the
//! naming of SGSNs by area), §28 (5GC); TS 29.303 §5 (S-NAPTR); RFC 1035 §3.5, RFC 3596 §2.5, RFC 6116.

use event::Plmn;

/// The tree a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// `.gprs`
    Gprs,
    /// `.3gppnetwork.org`, not its public part.
    Operators,
    /// `.pub.3gppnetwork.org`: for terminals and the internet.
    Public,
    /// `in-addr.arpa`, `ip6.arpa`
    Reverse,
    /// `e164.arpa`: telephone numbers.
    Numbers,
    /// The rest of the world.
    Internet,
}

/// What an operator's name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// An access point; its text was typed by a user, perhaps.
    Apn,
    /// A tracking, routing or location area, an RNC, or the SGSN of an NRI.
    Area,
    /// An MME by its code.
    Mme,
    /// A node by its own name.
    Named,
    /// A function that every operator has: `epdg.epc`, `ims`, `aaa.wlan`.
    Service,
    /// The operator's zone itself.
    Apex,
    /// The right tree, but no form that the grammar knows.
    Odd,
}

/// A name, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read<'a> {
    pub(crate) zone: Zone,
    /// Whose name it is, of an operator's.
    pub(crate) plmn: Option<Plmn>,
    pub(crate) node: Node,
    /// The part that whoever asks may choose freely: an APN, a node's name.
    pub(crate) free: &'a str,
}

impl Read<'_> {
    /// Whether the grammar of 3GPP has this form.
    pub(crate) const fn conforms(&self) -> bool {
        !matches!(self.node, Node::Odd) && (self.plmn.is_some() || matches!(self.node, Node::Apex))
    }

    /// Whether it names something inside an operator's network.
    pub(crate) const fn is_internal(&self) -> bool {
        matches!(self.zone, Zone::Gprs | Zone::Operators)
    }
}

/// Reads a name; `None` for the root.
pub(crate) fn read(name: &str) -> Option<Read<'_>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return None;
    }
    let (rest, last) = split(name);
    if same(last, "gprs") {
        return Some(operator(Zone::Gprs, rest));
    }
    let (rest, second) = split(rest);
    if same(last, "org") && same(second, "3gppnetwork") {
        let (below, third) = split(rest);
        return Some(match same(third, "pub") {
            true => operator(Zone::Public, below),
            false => operator(Zone::Operators, rest),
        });
    }
    let zone = match second {
        _ if !same(last, "arpa") => Zone::Internet,
        "in-addr" | "ip6" | "IN-ADDR" | "IP6" => Zone::Reverse,
        "e164" | "E164" => Zone::Numbers,
        _ => Zone::Internet,
    };
    Some(Read { zone, plmn: None, node: Node::Odd, free: rest })
}

/// `rest` is what stands before `.gprs`, `.3gppnetwork.org` or `.pub.3gppnetwork.org`.
fn operator(zone: Zone, rest: &str) -> Read<'_> {
    let odd = |free| Read { zone, plmn: None, node: Node::Odd, free };
    if rest.is_empty() {
        return Read { zone, plmn: None, node: Node::Apex, free: "" };
    }
    let (before_mcc, mcc) = split(rest);
    // The exchange's own zones, and what a roamer finds its ePDG by (TS 23.003 §19.4.2.9.3).
    if same(mcc, "ipxuni") || same(mcc, "visited-country") {
        return Read { zone, plmn: None, node: Node::Apex, free: before_mcc };
    }
    let (rest, mnc) = split(before_mcc);
    let (Some(mcc), Some(mnc)) = (coded(mcc, "mcc"), coded(mnc, "mnc")) else {
        return odd(rest);
    };
    let plmn = Some(Plmn { mcc, mnc, mnc_digits: if mnc > 99 { 3 } else { 2 } });
    let (node, free) = match zone {
        Zone::Gprs => gprs(rest),
        _ => domain(rest),
    };
    Read { zone, plmn, node, free }
}

/// TS 23.003 §9.1, annex C: an APN, or an SGSN by area.
fn gprs(rest: &str) -> (Node, &str) {
    let (_, last) = split(rest);
    match rest {
        "" => (Node::Apex, ""),
        _ if hex(last, "lac").is_some() || hex(last, "rnc").is_some() => (Node::Area, ""),
        _ if is_apn(rest) => (Node::Apn, rest),
        _ => (Node::Odd, rest),
    }
}

/// TS 23.003 §19.4, §13, §14, §28.
fn domain(rest: &str) -> (Node, &str) {
    let (below, service) = split(rest);
    let (free, what) = split(below);
    let known = ["epc", "ims", "wlan", "gan", "5gc", "gprs", "ipxuni", "bearer"]
        .into_iter()
        .any(|known| same(known, service));
    match () {
        () if rest.is_empty() => (Node::Apex, ""),
        // §19.4.2.2: `NI.apn.epc`; also `NI.apn` of old.
        () if same(service, "apn") => (apn(below), below),
        () if !known => (Node::Odd, rest),
        () if below.is_empty() => (Node::Service, ""),
        () if same(what, "apn") => (apn(free), free),
        () if same(what, "tac") || same(what, "rac") || same(what, "lac") || same(what, "rnc") => {
            (Node::Area, "")
        }
        () if same(what, "mme") || hex(what, "mmegi").is_some() => (Node::Mme, ""),
        () if same(what, "node") => (Node::Named, free),
        () => (Node::Service, below),
    }
}

const fn apn(free: &str) -> Node {
    if free.is_empty() { Node::Service } else { Node::Apn }
}

/// TS 23.003 §9.1: labels of letters, digits and hyphens, 63 octets with their lengths at most.
fn is_apn(text: &str) -> bool {
    text.len() < 63
        && text.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

/// The network identifier of an access point, or the network that a country never had, decide nothing; the countries do:
/// 2xx to 7xx are given, 901 is everywhere, 001 and 999 are for tests (ITU-T E.212).
pub(crate) const fn is_country(mcc: u16) -> bool {
    matches!(mcc, 200..=799 | 901 | 1 | 999)
}

/// `mnc001`: three digits behind the word.
fn coded(label: &str, word: &str) -> Option<u16> {
    let digits = label.get(word.len()..)?;
    let fits = same(label.get(..word.len())?, word)
        && digits.len() == 3
        && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// `lac00ff`: hexadecimal digits behind the word.
fn hex<'a>(label: &'a str, word: &str) -> Option<&'a str> {
    let digits = label.get(word.len()..)?;
    let fits = same(label.get(..word.len())?, word)
        && (1..=8).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then_some(digits)
}

/// What stands before the last label, and that label.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

const fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Second levels under which countries give out names.
const SECOND_LEVELS: [&str; 14] =
    ["ac", "co", "com", "edu", "gob", "gov", "gv", "mil", "ne", "net", "nom", "or", "org", "sch"];

/// The part of a name that somebody registered: its last two labels, three under a country's second level.
pub(crate) fn registered(name: &str) -> &str {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut dots = name.rmatch_indices('.').map(|(at, _)| at);
    let (Some(last), Some(second)) = (dots.next(), dots.next()) else { return name };
    let third = dots.next().map_or(0, |at| at + 1);
    let tld = name.get(last + 1..).unwrap_or_default();
    let level = name.get(second + 1..last).unwrap_or_default();
    let shared = tld.len() == 2 && SECOND_LEVELS.iter().any(|known| same(known, level));
    name.get(if shared { third } else { second + 1 }..).unwrap_or(name)
}

/// Zones that are asked with data in their names by design: lists of senders and of files, and content networks. Who asks
/// them sends nothing to anybody who could choose what they answer.
const LOOKUPS: [&str; 22] = [
    "abuseat.org",
    "akadns.net",
    "akamai.net",
    "akamaiedge.net",
    "akamaihd.net",
    "barracudacentral.org",
    "cloudfront.net",
    "dnswl.org",
    "e5.sk",
    "edgekey.net",
    "edgesuite.net",
    "fbcdn.net",
    "googlevideo.com",
    "mcafee.com",
    "sophosxl.net",
    "sorbs.net",
    "spamcop.net",
    "spamhaus.net",
    "spamhaus.org",
    "surbl.org",
    "trendmicro.com",
    "uribl.com",
];

/// Whether a registered domain is one of those that look like a tunnel by design.
pub(crate) fn is_lookup(registered: &str) -> bool {
    LOOKUPS.iter().any(|known| same(known, registered))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> (Zone, Node) {
        let read = read(name).unwrap();
        (read.zone, read.node)
    }

    #[test]
    fn forms_of_the_grammar() {
        for (name, zone, wanted) in [
            ("internet.mnc001.mcc001.gprs", Zone::Gprs, Node::Apn),
            ("corp.example.mnc012.mcc345.gprs", Zone::Gprs, Node::Apn),
            ("rac01.lac00ff.mnc001.mcc001.gprs", Zone::Gprs, Node::Area),
            ("nri12.rac01.lac00ff.mnc001.mcc001.gprs", Zone::Gprs, Node::Area),
            ("mnc001.mcc001.gprs", Zone::Gprs, Node::Apex),
            ("internet.apn.epc.mnc001.mcc001.3gppnetwork.org", Zone::Operators, Node::Apn),
            (
                "tac-lb01.tac-hb00.tac.epc.mnc001.mcc001.3gppnetwork.org",
                Zone::Operators,
                Node::Area,
            ),
            ("mmec01.mmegi8001.mme.epc.mnc001.mcc001.3gppnetwork.org", Zone::Operators, Node::Mme),
            ("topon.s5.pgw1.node.epc.mnc001.mcc001.3gppnetwork.org", Zone::Operators, Node::Named),
            ("PCSCF.IMS.MNC001.MCC001.3GPPNETWORK.ORG", Zone::Operators, Node::Service),
            ("epdg.epc.mnc001.mcc001.pub.3gppnetwork.org", Zone::Public, Node::Service),
        ] {
            let read = read(name).unwrap();
            assert_eq!((read.zone, read.node), (zone, wanted), "{name}");
            assert!(read.conforms(), "{name}");
            assert!(read.plmn.is_some(), "{name}");
        }
        assert_eq!(
            node("epdg.epc.mcc001.visited-country.pub.3gppnetwork.org"),
            (Zone::Public, Node::Apex)
        );
    }

    #[test]
    fn what_the_grammar_does_not_have() {
        for name in [
            "internet.mnc01.mcc001.gprs",
            "internet.mcc001.mnc001.gprs",
            "x.mnc001.mccabc.3gppnetwork.org",
            "data.exfil.mnc001.mcc001.3gppnetwork.org",
            "inter_net.mnc001.mcc001.gprs",
            "somewhere.example",
            "gprs.example",
        ] {
            assert!(!read(name).unwrap().conforms(), "{name}");
        }
        assert_eq!(read("."), None);
        assert_eq!(node("4.3.2.1.in-addr.arpa").0, Zone::Reverse);
        assert_eq!(node("*.e164.arpa").0, Zone::Numbers);
        assert_eq!(node("www.example.com").0, Zone::Internet);
        assert!(is_country(262) && is_country(1) && !is_country(0) && !is_country(850));
    }

    #[test]
    fn what_somebody_registered() {
        for (name, wanted) in [
            ("a.b.example.com", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("co.uk", "co.uk"),
            ("com", "com"),
            ("a.b.example.com.", "example.com"),
            ("t1.io", "t1.io"),
            ("x.t1.io", "t1.io"),
        ] {
            assert_eq!(registered(name), wanted, "{name}");
        }
    }
}
