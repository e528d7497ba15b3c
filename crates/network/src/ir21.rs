//! IR.21: what an operator tells its roaming partners of its network, as GSMA's RAEX IR.21 XML.
//!
//! Source: GSMA PRD IR.21 (Roaming Database), TADIG RAEX IR.21 schemas from 2.x to 18.x. Versions differ in namespaces,
//! order, and in how deep things stand: elements are found by their names, wherever they are.

mod merge;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use event::{Plmn, PointCode};
use ipnet::{IpNet, IpSubnets, Ipv4Subnets, Ipv6Subnets};
use jiff::civil::Date;

pub use merge::{Merge, Merged, merge};

use xml::Node;

/// Prefixes that one range of numbers may take; an honest one takes a few.
const MAX_PREFIXES: usize = 64;
/// Networks that one range of addresses may take.
const MAX_SUBNETS: usize = 64;
/// Items of one kind in one file.
const MAX_ITEMS: usize = 10_000;

/// What one file says, as a partner's table can hold it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ir21 {
    /// Name of the file without its folder.
    pub file: String,
    pub organisation: String,
    /// TADIG codes of its networks.
    pub tadigs: Vec<String>,
    /// TADIG codes of networks that it hosts.
    pub hosts_for: Vec<String>,
    /// When the file was made; else the youngest date on which something in it takes effect.
    pub date: Option<Date>,
    pub schema: Option<String>,
    pub plmns: Vec<Plmn>,
    pub gt_prefixes: Vec<String>,
    pub point_codes: Vec<PointCode>,
    pub realms: Vec<String>,
    /// Diameter edge agents and other hosts by name: not a key of a partner, but good to know.
    pub hosts: Vec<String>,
    pub networks: Vec<IpNet>,
    pub diameter: Vec<IpAddr>,
    pub gsn: Vec<IpAddr>,
    pub dns: Vec<IpAddr>,
    /// Carriers that bring its SCCP and its packets: candidates for `hubs`.
    pub carriers: Vec<String>,
    /// What could not be understood, with its line.
    pub doubts: Vec<(usize, String)>,
}

/// A file that is no IR.21, or a broken one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {text}")]
pub struct NotIr21 {
    pub line: usize,
    pub text: String,
}

impl Ir21 {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, NotIr21> {
        let fail = |error: std::io::Error| NotIr21 { line: 0, text: error.to_string() };
        let size = std::fs::metadata(path).map_err(fail)?.len();
        if size > xml::MAX_FILE as u64 {
            return Err(NotIr21 { line: 0, text: format!("{size} octets are no IR.21 file") });
        }
        let octets = std::fs::read(path).map_err(fail)?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        Self::parse(&octets, &name)
    }

    /// Reads the octets of a file.
    pub fn parse(octets: &[u8], file: &str) -> Result<Self, NotIr21> {
        if octets.len() > xml::MAX_FILE {
            return Err(NotIr21 {
                line: 0,
                text: format!("{} octets are no IR.21 file", octets.len()),
            });
        }
        let text = xml::decoded(octets);
        if !text.trim_start().starts_with('<') {
            let text =
                "no XML: an IR.21 as PDF, Word or Excel cannot be read, ask for the RAEX XML";
            return Err(NotIr21 { line: 1, text: text.to_owned() });
        }
        let document = xml::read(&text)?;
        let root = document.children.first();
        let Some(root) = root.filter(|root| root.name.to_ascii_uppercase().contains("IR21")) else {
            let (name, line) =
                root.map_or((String::new(), 1), |root| (xml::clip(&root.name), root.line));
            let text = format!(
                "begins with <{name}>: an IR.21 file begins with <TADIGRAEXIR21>; other RAEX files (AA.14, IR.85, OpData) hold other things"
            );
            return Err(NotIr21 { line, text });
        };
        let mut file = Self { file: file.to_owned(), ..Self::default() };
        file.take(root);
        if file.plmns.is_empty() && file.gt_prefixes.is_empty() && file.networks.is_empty() {
            let text =
                "no network in it: no MCC and MNC, no number ranges, no IP ranges".to_owned();
            return Err(NotIr21 { line: root.line, text });
        }
        file.tidy();
        Ok(file)
    }

    fn take(&mut self, root: &Node) {
        let mut created: Option<Date> = None;
        let mut effective: Option<Date> = None;
        let mut seen = Taken::default();
        let mut named: Option<String> = None;
        root.walk(|path, node| {
            let text = node.text.trim();
            let within = |part: &str| path.iter().any(|name| contains(name, part));
            let lower = node.name.to_ascii_lowercase();
            // What was so once, test numbers and contacts say nothing of nodes.
            if within("ChangeHistory")
                || within("TestNumbers")
                || within("ContactInfo")
                || within("TestingAPN")
            {
                return;
            }
            match lower.as_str() {
                "organisationname" if self.organisation.is_empty() => {
                    self.organisation = clean(text)
                }
                "networkname" if named.is_none() && !is_placeholder(text) => {
                    named = Some(clean(text))
                }
                "sendertadig" | "tadigcode" if is_tadig(text) => {
                    let code = text.to_ascii_uppercase();
                    let list =
                        if within("Hosted") { &mut self.hosts_for } else { &mut self.tadigs };
                    if !list.contains(&code) && list.len() < MAX_ITEMS {
                        list.push(code);
                    }
                }
                "filecreationtimestamp" => created = created.max(date(text)),
                "effectivedateofchange" => effective = effective.max(date(text)),
                "tadigraexir21schemaversion" | "schemaversion" => self.schema = Some(clean(text)),
                "networkproperties" | "ccitt_e212_numberseries" if !within("Hosted") => {
                    seen.plmns.extend(self.plmn(node));
                }
                "ccitt_e214_mgt" => {
                    let number = [node.child("MGT_CC"), node.child("MGT_NC")];
                    self.number(node, &mut seen.prefixes, number, None);
                }
                "numberrange" | "gtaddressinfo"
                    if contains(&node.name, "GTAddress") || within("GT_NumberRange") =>
                {
                    let number = [node.child("CC"), node.child("NDC")];
                    self.number(node, &mut seen.prefixes, number, Some(node));
                }
                "dpc" => match point_code(text) {
                    Some(code) if within("SCCPGateway") => seen.codes.extend([code]),
                    Some(_) => {}
                    None => self.doubt(node, format!("`{}` is no point code", xml::clip(text))),
                },
                "sccpcarriername"
                | "providername"
                | "ipxprovidername"
                | "carriername"
                | "diameterprovidername" => {
                    for name in text.split([',', ';', '/']).map(clean).filter(|name| name.len() > 1)
                    {
                        if !self.carriers.contains(&name) && self.carriers.len() < 64 {
                            self.carriers.push(name);
                        }
                    }
                }
                "epcrealmsforroaming" | "epcrealm" | "realm" | "diameterrealm" | "realmname" => {
                    for name in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')) {
                        match domain(name) {
                            Some(name) => seen.realms.extend([name]),
                            None if name.is_empty() => {}
                            None => self.doubt(node, format!("`{}` is no realm", xml::clip(name))),
                        }
                    }
                }
                "fqdn" | "hostname" | "diameteredgeagent" | "deahostname"
                    if within("LTE")
                        || within("5G")
                        || within("Diameter")
                        || within("Signalling") =>
                {
                    seen.hosts.extend(domain(text));
                }
                "ipaddress" | "ipaddressrange" | "ipv4address" | "ipv6address"
                | "ipv4addressrange" | "ipv6addressrange" => {
                    self.address(path, node, &mut seen, &within)
                }
                _ => {}
            }
        });
        self.nodes(root, &mut seen);
        self.date = created.or(effective);
        if self.organisation.is_empty() || is_placeholder(&self.organisation) {
            self.organisation = named.unwrap_or_default();
        }
        if self.organisation.is_empty() {
            self.organisation = self.tadigs.first().cloned().unwrap_or_else(|| self.file.clone());
        }
        self.plmns = seen.plmns.into_iter().collect();
        self.gt_prefixes = seen.prefixes.into_iter().collect();
        self.point_codes = seen.codes.into_iter().collect();
        self.realms = seen.realms.into_iter().collect();
        self.hosts = seen.hosts.into_iter().collect();
        self.networks = IpNet::aggregate(&seen.networks.into_iter().collect::<Vec<_>>());
        self.diameter = seen.diameter.into_iter().collect();
        self.gsn = seen.gsn.into_iter().collect();
        self.dns = seen.dns.into_iter().collect();
    }

    fn plmn(&mut self, node: &Node) -> Option<Plmn> {
        let (mcc, mnc) = (node.child("MCC")?, node.child("MNC")?);
        // Some files write a single digit.
        let mnc = if mnc.len() == 1 { format!("0{mnc}") } else { mnc.to_owned() };
        let plmn = format!("{mcc}-{mnc}").parse().ok();
        if plmn.is_none() {
            let text = format!("MCC {} and MNC {} are no network", xml::clip(mcc), xml::clip(&mnc));
            self.doubt(node, text);
        }
        plmn
    }

    /// The prefixes of a range of numbers: country code, area code, and the first and last subscriber number.
    fn number(
        &mut self,
        node: &Node,
        prefixes: &mut BTreeSet<String>,
        parts: [Option<&str>; 2],
        range: Option<&Node>,
    ) {
        let [country, area] = parts.map(|part| digits(part.unwrap_or_default()));
        let (Some(country), Some(area)) = (country.filter(|cc| !cc.is_empty()), area) else {
            if node.children.iter().any(|child| !child.text.trim().is_empty()) {
                self.doubt(node, "a number range without a country code".to_owned());
            }
            return;
        };
        let start = format!("{country}{area}");
        let mut ends = (String::new(), String::new());
        if let Some(range) = range {
            let part = |name: &str| {
                let found = range.all(name);
                found.first().and_then(|node| digits(&node.text)).unwrap_or_default()
            };
            ends = (part("SN_RangeStart"), part("SN_RangeStop"));
        }
        match between(&start, &ends.0, &ends.1) {
            Some(list) => {
                if prefixes.len() < MAX_ITEMS {
                    prefixes.extend(list);
                }
            }
            None => {
                let text = format!(
                    "range {} to {} behind {start} is none: all of {start} is taken",
                    xml::clip(&ends.0),
                    xml::clip(&ends.1)
                );
                self.doubt(node, text);
                if start.len() <= 15 {
                    prefixes.insert(start);
                }
            }
        }
    }

    /// An address or range that stands outside the list of nodes.
    fn address(
        &mut self,
        path: &[&str],
        node: &Node,
        seen: &mut Taken,
        within: &dyn Fn(&str) -> bool,
    ) {
        let text = node.text.trim();
        if text.is_empty() || within("NwNode") {
            return;
        }
        // The nearest name that says what it is for decides.
        let kind = path.iter().rev().find_map(|name| {
            let name = name.to_ascii_lowercase();
            let has = |part: &str| name.contains(part);
            if has("dns") {
                Some(Kind::Dns)
            } else if has("diameter") || has("edgeagent") || has("deaip") || has("drai") {
                Some(Kind::Diameter)
            } else if has("backbone")
                || has("grx")
                || has("ipx")
                || has("iproaming")
                || has("lteinfo")
            {
                Some(Kind::Network)
            } else {
                None
            }
        });
        let Some(kind) = kind else { return };
        let Some(nets) = networks(text) else {
            self.doubt(node, format!("`{}` is no address and no network", xml::clip(text)));
            return;
        };
        seen.place(kind, &nets);
    }

    /// The list of nodes: each with its type, its titles and its addresses. Titles were taken before.
    fn nodes(&mut self, root: &Node, seen: &mut Taken) {
        for node in root.all("NwNode") {
            let kind = node.child("NwElementType").unwrap_or_default().to_ascii_uppercase();
            let speaks = |names: &[&str]| {
                kind.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| names.contains(&word))
                    || names.contains(&kind.as_str())
            };
            let kind = if speaks(&[
                "SGSN", "GGSN", "SGW", "PGW", "PDN", "GSN", "S-GW", "P-GW", "UPF", "EPDG",
            ]) {
                Kind::Gsn
            } else if speaks(&["DEA", "DRA", "HSS"]) {
                Kind::Diameter
            } else if speaks(&["DNS"]) {
                Kind::Dns
            } else {
                Kind::Network
            };
            node.walk(|_, leaf| {
                let name = leaf.name.to_ascii_lowercase();
                let text = leaf.text.trim();
                if text.is_empty()
                    || !(name.starts_with("ip") && name.contains("address"))
                    || name == "ipaddressinfo"
                {
                    return;
                }
                match networks(text) {
                    Some(nets) => seen.place(kind, &nets),
                    None => seen
                        .doubts
                        .push((leaf.line, format!("`{}` is no address", xml::clip(text)))),
                }
            });
        }
        let doubts = std::mem::take(&mut seen.doubts);
        self.doubts.extend(doubts.into_iter().take(100));
    }

    /// Takes out what a wider item of the same list says already.
    fn tidy(&mut self) {
        let all = self.gt_prefixes.clone();
        // Sorted: what a prefix covers comes right behind it.
        let mut last: Option<&str> = None;
        self.gt_prefixes = all
            .iter()
            .filter(|prefix| {
                let covered = last.is_some_and(|wider| prefix.starts_with(wider));
                if !covered {
                    last = Some(prefix);
                }
                !covered
            })
            .cloned()
            .collect();
        self.tadigs.sort();
        let own = &self.tadigs;
        self.hosts_for.retain(|code| !own.contains(code));
    }

    fn doubt(&mut self, node: &Node, text: String) {
        if self.doubts.len() < 100 {
            self.doubts.push((node.line, text));
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Network,
    Gsn,
    Diameter,
    Dns,
}

/// Everything that was found, each once.
#[derive(Default)]
struct Taken {
    plmns: BTreeSet<Plmn>,
    prefixes: BTreeSet<String>,
    codes: BTreeSet<PointCode>,
    realms: BTreeSet<String>,
    hosts: BTreeSet<String>,
    networks: BTreeSet<IpNet>,
    diameter: BTreeSet<IpAddr>,
    gsn: BTreeSet<IpAddr>,
    dns: BTreeSet<IpAddr>,
    doubts: Vec<(usize, String)>,
}

impl Taken {
    /// Single addresses go to the list of their protocol; ranges are networks whatever they are for.
    fn place(&mut self, kind: Kind, nets: &[IpNet]) {
        for net in nets {
            if self.networks.len() >= MAX_ITEMS {
                return;
            }
            let list = match kind {
                Kind::Network => None,
                Kind::Gsn => Some(&mut self.gsn),
                Kind::Diameter => Some(&mut self.diameter),
                Kind::Dns => Some(&mut self.dns),
            };
            let narrow = net.prefix_len() + 6 >= net.max_prefix_len();
            match list {
                // The schema lists addresses: a small range of gateways is written out.
                Some(list) if narrow => {
                    list.extend(net.hosts().take(64));
                    if net.prefix_len() < net.max_prefix_len() {
                        self.networks.insert(*net);
                    }
                }
                _ => {
                    self.networks.insert(*net);
                }
            }
        }
    }
}

fn contains(name: &str, part: &str) -> bool {
    name.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// A text on one line without control characters, and not longer than a name is.
fn clean(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(80).collect()
}

/// `(440-50)`: some exports never fill the name in.
fn is_placeholder(text: &str) -> bool {
    text.is_empty() || text.chars().all(|c| c.is_ascii_digit() || "()- ".contains(c))
}

fn is_tadig(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// Digits with the separators taken out that people put between them.
fn digits(text: &str) -> Option<String> {
    let text: String =
        text.chars().filter(|c| !c.is_whitespace() && !"+-.()".contains(*c)).collect();
    (text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

fn domain(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    let named = text.contains('.') && text.parse::<IpAddr>().is_err();
    (named && text.len() <= 255 && text.bytes().all(sound)).then(|| text.to_ascii_lowercase())
}

fn point_code(text: &str) -> Option<PointCode> {
    text.replace('.', "-").parse().ok()
}

/// The fewest prefixes that hold every number from `start`+`from` to `start`+`to`.
fn between(start: &str, from: &str, to: &str) -> Option<Vec<String>> {
    if from.is_empty() && to.is_empty() {
        return (start.len() <= 15).then(|| vec![start.to_owned()]);
    }
    let to = if to.is_empty() { from } else { to };
    let from = if from.is_empty() { to } else { from };
    if from.len() != to.len() || from > to || start.len() + to.len() > 15 {
        return None;
    }
    let mut out = Vec::new();
    ranges(from.as_bytes(), to.as_bytes(), start.to_owned(), &mut out);
    (out.len() <= MAX_PREFIXES).then_some(out)
}

/// As deep as there are digits.
fn ranges(from: &[u8], to: &[u8], prefix: String, out: &mut Vec<String>) {
    if out.len() > MAX_PREFIXES {
        return;
    }
    if from.iter().all(|d| *d == b'0') && to.iter().all(|d| *d == b'9') {
        out.push(prefix);
        return;
    }
    let (Some((a, from)), Some((b, to))) = (from.split_first(), to.split_first()) else {
        out.push(prefix);
        return;
    };
    let (zeros, nines) = (vec![b'0'; from.len()], vec![b'9'; to.len()]);
    for digit in *a..=*b {
        let low = if digit == *a { from } else { &zeros };
        let high = if digit == *b { to } else { &nines };
        ranges(low, high, format!("{prefix}{}", char::from(digit)), out);
    }
}

/// `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0 - 192.0.2.31`, `192.0.2.0 255.255.255.0`.
fn networks(text: &str) -> Option<Vec<IpNet>> {
    let text = text.trim();
    if let Ok(net) = crate::read::network(text) {
        return Some(vec![net]);
    }
    if let Ok(net) = text.replace(' ', "").parse::<IpNet>() {
        // Bits behind the prefix: an address of the network with its length.
        return Some(vec![net.trunc()]);
    }
    if let Some((ip, mask)) = text.split_once([' ', '/'])
        && let (Ok(ip), Ok(mask)) = (ip.trim().parse::<IpAddr>(), mask.trim().parse::<IpAddr>())
        && let Ok(net) = IpNet::with_netmask(ip, mask)
    {
        return Some(vec![net.trunc()]);
    }
    let (first, last) = text.split_once('-').or_else(|| text.split_once(" to "))?;
    let (first, last) = (first.trim(), last.trim());
    let nets: Vec<IpNet> = match (first.parse::<IpAddr>().ok()?, last.parse::<IpAddr>().ok()?) {
        (IpAddr::V4(a), IpAddr::V4(b)) if a <= b => v4_subnets(a, b),
        (IpAddr::V6(a), IpAddr::V6(b)) if a <= b => v6_subnets(a, b),
        _ => return None,
    };
    (nets.len() <= MAX_SUBNETS).then_some(nets)
}

fn v4_subnets(a: Ipv4Addr, b: Ipv4Addr) -> Vec<IpNet> {
    IpSubnets::V4(Ipv4Subnets::new(a, b, 0)).take(MAX_SUBNETS + 1).collect()
}

fn v6_subnets(a: Ipv6Addr, b: Ipv6Addr) -> Vec<IpNet> {
    IpSubnets::V6(Ipv6Subnets::new(a, b, 0)).take(MAX_SUBNETS + 1).collect()
}
