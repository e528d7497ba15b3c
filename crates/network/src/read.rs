//! Reads a description: TOML, where what is not understood is an error with its line and a suggestion.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::net::IpAddr;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use event::{Plmn, PointCode};
use ipnet::IpNet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{Element, Home, Lines, Network, Partner, Problem, ReadError, Service};

/// A description is written by hand or from a few hundred IR.21 files; this is far more.
const MAX_FILE: u64 = 16 << 20;

impl Network {
    /// Reads a description; `source` is the name under which alerts cite it.
    pub fn parse(text: &str, source: &str) -> Result<Self, ReadError> {
        let mut reader = Reader::new(text);
        let network = reader.network(source);
        if reader.problems.is_empty() {
            return Ok(network);
        }
        let lines: Vec<String> = reader
            .problems
            .into_iter()
            .map(|problem| match problem.line {
                Some(line) => format!("line {line}: {}", problem.text),
                None => problem.text,
            })
            .collect();
        Err(ReadError { path: source.to_owned(), text: lines.join("\n") })
    }

    /// Reads a description from a file; alerts cite it by the file's name without its folder.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let shown = path.display().to_string();
        let fail = |text: String| ReadError { path: shown.clone(), text };
        let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
        if size > MAX_FILE {
            return Err(fail(format!("{size} octets are no network description")));
        }
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let name = path.file_name().map_or_else(|| shown.clone(), |n| n.to_string_lossy().into());
        Self::parse(&text, &name).map_err(|e| fail(e.text))
    }
}

/// `; did you mean …?` when one of `names` is close to what was written.
pub fn suggest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(distance, name)| {
            *distance <= name.len().max(written.len()) / 3 || name.starts_with(written)
        })
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

/// A network in CIDR form, or one address.
pub(crate) fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(ip.to_canonical()));
    }
    let net: IpNet = text
        .parse()
        .map_err(|_| "not a network: write 192.0.2.0/24 or 2001:db8::/32".to_owned())?;
    if net.trunc() == net {
        Ok(net)
    } else {
        Err(format!("has bits behind its prefix; did you mean `{}`?", net.trunc()))
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    match text.parse::<IpAddr>() {
        Ok(ip) => Ok(ip.to_canonical()),
        Err(_) => Err("not an address: write 192.0.2.1 or 2001:db8::1".to_owned()),
    }
}

fn digits(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 15 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not a number: 1 to 15 digits, without + or spaces".to_owned());
    }
    Ok(text.to_owned())
}

/// A domain name; kept as written.
fn name(text: &str) -> Result<String, String> {
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if text.is_empty() || text.len() > 255 || !text.bytes().all(sound) {
        return Err("not a name: letters, digits, hyphens and dots".to_owned());
    }
    Ok(text.trim_end_matches('.').to_owned())
}

fn agreement(text: &str) -> Result<String, String> {
    match text.split_once('.') {
        Some((
            "map" | "cap" | "diameter" | "gtpv0" | "gtpv1" | "gtpv2" | "gtp-prime" | "pfcp",
            code,
        )) if code.parse::<u32>().is_ok() => Ok(text.to_owned()),
        _ => Err("not an operation: write map.70, cap.0, diameter.319 or gtpv1.50".to_owned()),
    }
}

fn from_text<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e: T::Err| e.to_string())
}

fn any_text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

struct Reader<'t> {
    text: &'t str,
    /// Where each line ends.
    ends: Vec<usize>,
    problems: BTreeSet<Problem>,
}

/// One table of the file, whose keys are taken out until none is left.
struct Section<'a, 'i> {
    /// `[home]`, `[[element]]`
    title: &'static str,
    table: &'a DeTable<'i>,
    asked: Vec<&'static str>,
    line: usize,
    lines: Lines,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, octet)| *octet == b'\n');
        Self { text, ends: ends.map(|(at, _)| at).collect(), problems: BTreeSet::new() }
    }

    fn network(&mut self, source: &str) -> Network {
        let text = self.text;
        let root = match DeTable::parse(text) {
            Ok(root) => root,
            Err(error) => {
                let span = error.span().unwrap_or_default();
                self.problem(span, error.message().to_owned());
                return Network::default();
            }
        };
        let mut home = Home::default();
        let (mut elements, mut partners) = (Vec::new(), Vec::new());
        for (key, value) in root.get_ref() {
            match key.get_ref().as_ref() {
                "home" => {
                    if let Some(section) = self.section("[home]", value) {
                        home = self.home(section);
                    }
                }
                "element" => {
                    for section in self.sections("[[element]]", value) {
                        elements.push(self.element(section));
                    }
                }
                "partner" => {
                    for section in self.sections("[[partner]]", value) {
                        partners.push(self.partner(section));
                    }
                }
                other => {
                    let hint = suggest(other, ["home", "element", "partner"]);
                    self.problem(
                        key.span(),
                        format!(
                            "unknown key `{other}`; a description has [home], [[element]] and [[partner]]{hint}"
                        ),
                    );
                }
            }
        }
        // The tables of the file may stand in any order; the lists keep theirs.
        elements.sort_by_key(|element: &Element| element.line);
        partners.sort_by_key(|partner: &Partner| partner.line);
        Network::new(source, home, elements, partners)
    }

    fn home(&mut self, mut s: Section<'_, '_>) -> Home {
        let home = Home {
            name: self.string(&mut s, "name"),
            plmns: self.list(&mut s, "plmns", from_text::<Plmn>),
            gt_prefixes: self.list(&mut s, "gt_prefixes", digits),
            msisdn_prefixes: self.list(&mut s, "msisdn_prefixes", digits),
            point_codes: self.point_codes(&mut s),
            realms: self.list(&mut s, "realms", name),
            networks: self.list(&mut s, "networks", network),
            subscriber_pools: self.list(&mut s, "subscriber_pools", network),
            management: self.list(&mut s, "management", network),
            sms_router: self.list(&mut s, "sms_router", digits),
            location: self.location(&mut s),
            line: s.line,
            lines: std::mem::take(&mut s.lines),
        };
        self.leftovers(&s);
        home
    }

    fn element(&mut self, mut s: Section<'_, '_>) -> Element {
        let element = Element {
            name: self.required_name(&mut s),
            roles: self.list(&mut s, "roles", any_text),
            addresses: self.list(&mut s, "addresses", address),
            point_codes: self.point_codes(&mut s),
            global_titles: self.list(&mut s, "global_titles", digits),
            hosts: self.list(&mut s, "hosts", name),
            line: s.line,
            lines: std::mem::take(&mut s.lines),
        };
        self.leftovers(&s);
        element
    }

    fn partner(&mut self, mut s: Section<'_, '_>) -> Partner {
        let services = self.list(&mut s, "services", |text| {
            from_text::<Service>(text).map(|rule| (text.to_owned(), rule))
        });
        let (services, rules) = services.into_iter().unzip();
        let partner = Partner {
            name: self.required_name(&mut s),
            plmns: self.list(&mut s, "plmns", from_text::<Plmn>),
            gt_prefixes: self.list(&mut s, "gt_prefixes", digits),
            point_codes: self.point_codes(&mut s),
            realms: self.list(&mut s, "realms", name),
            networks: self.list(&mut s, "networks", network),
            sigtran: self.list(&mut s, "sigtran", address),
            diameter: self.list(&mut s, "diameter", address),
            gsn: self.list(&mut s, "gsn", address),
            dns: self.list(&mut s, "dns", address),
            services,
            rules,
            hubs: self.list(&mut s, "hubs", any_text),
            agreements: self.list(&mut s, "agreements", agreement),
            location: self.location(&mut s),
            line: s.line,
            lines: std::mem::take(&mut s.lines),
        };
        self.leftovers(&s);
        partner
    }

    fn section<'a, 'i>(
        &mut self,
        title: &'static str,
        value: &'a Spanned<DeValue<'i>>,
    ) -> Option<Section<'a, 'i>> {
        let line = self.line(value.span());
        let Some(table) = value.get_ref().as_table() else {
            self.problem(value.span(), format!("write it as a table, {title}"));
            return None;
        };
        Some(Section { title, table, asked: Vec::new(), line, lines: Lines::default() })
    }

    fn sections<'a, 'i>(
        &mut self,
        title: &'static str,
        value: &'a Spanned<DeValue<'i>>,
    ) -> Vec<Section<'a, 'i>> {
        let Some(array) = value.get_ref().as_array() else {
            self.problem(value.span(), format!("write it with double brackets, {title}"));
            return Vec::new();
        };
        array.iter().filter_map(|item| self.section(title, item)).collect()
    }

    fn take<'a, 'i>(
        &self,
        section: &mut Section<'a, 'i>,
        key: &'static str,
    ) -> Option<&'a Spanned<DeValue<'i>>> {
        section.asked.push(key);
        let value = section.table.get(key)?;
        let items = value.get_ref().as_array().into_iter().flat_map(|array| array.iter());
        let items = items.map(|item| self.line(item.span())).collect();
        section.lines.note(key, self.line(value.span()), items);
        Some(value)
    }

    fn string(&mut self, section: &mut Section<'_, '_>, key: &'static str) -> String {
        let Some(value) = self.take(section, key) else { return String::new() };
        let Some(text) = value.get_ref().as_str() else {
            self.problem(value.span(), format!("`{key}` is not a text in quotes"));
            return String::new();
        };
        text.to_owned()
    }

    fn required_name(&mut self, section: &mut Section<'_, '_>) -> String {
        let name = self.string(section, "name");
        if name.is_empty() {
            self.problems.insert(Problem {
                line: Some(section.line),
                error: true,
                text: format!("{} without a `name`", section.title),
            });
        }
        name
    }

    fn items<'a, 'i>(
        &mut self,
        section: &mut Section<'a, 'i>,
        key: &'static str,
    ) -> impl Iterator<Item = &'a Spanned<DeValue<'i>>> + use<'a, 'i> {
        let value = self.take(section, key);
        let array = value.and_then(|value| value.get_ref().as_array());
        if let (Some(value), None) = (value, array) {
            self.problem(value.span(), format!("`{key}` is not a list in brackets"));
        }
        array.into_iter().flat_map(|array| array.iter())
    }

    fn list<T>(
        &mut self,
        section: &mut Section<'_, '_>,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut out = Vec::new();
        for item in self.items(section, key) {
            match item.get_ref().as_str().map(|text| (text, read(text))) {
                Some((_, Ok(value))) => out.push(value),
                Some((text, Err(why))) => {
                    self.problem(item.span(), format!("`{key}`: `{text}`: {why}"));
                }
                None => self.problem(item.span(), format!("`{key}`: not a text in quotes")),
            }
        }
        out
    }

    fn point_codes(&mut self, section: &mut Section<'_, '_>) -> Vec<PointCode> {
        let key = "point_codes";
        let mut out = Vec::new();
        for item in self.items(section, key) {
            let text = match item.get_ref() {
                DeValue::String(text) => text.as_ref(),
                DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
                _ => "",
            };
            match from_text::<PointCode>(text) {
                Ok(pc) => out.push(pc),
                Err(why) => self.problem(item.span(), format!("`{key}`: {why}")),
            }
        }
        out
    }

    fn location(&mut self, section: &mut Section<'_, '_>) -> Option<[f64; 2]> {
        let key = "location";
        let numbers: Vec<&Spanned<DeValue<'_>>> = self.items(section, key).collect();
        let first = numbers.first()?;
        let mut read = numbers.iter().map(|value| match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            _ => None,
        });
        match (read.next().flatten(), read.next().flatten(), read.next()) {
            (Some(lat), Some(lon), None) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => {
                Some([lat, lon])
            }
            _ => {
                self.problem(
                    first.span(),
                    "`location`: not a latitude and a longitude such as [51.5, -0.1]".to_owned(),
                );
                None
            }
        }
    }

    fn leftovers(&mut self, section: &Section<'_, '_>) {
        for key in section.table.keys() {
            let written = key.get_ref().as_ref();
            if section.asked.contains(&written) {
                continue;
            }
            let hint = suggest(written, section.asked.iter().copied());
            self.problem(key.span(), format!("unknown key `{written}` in {}{hint}", section.title));
        }
    }

    fn problem(&mut self, span: Range<usize>, text: String) {
        let line = Some(self.line(span));
        self.problems.insert(Problem { line, error: true, text });
    }

    fn line(&self, span: Range<usize>) -> usize {
        self.ends.partition_point(|end| *end < span.start) + 1
    }
}
