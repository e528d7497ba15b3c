//! Names that rules may use: the paths of our records, taken from their schema, and what the description adds.

use event::What;
use serde_json::Value;

/// Records that are events and not what we say ourselves.
const OURS: &[&str] = &["alert", "element", "incident", "stats"];
/// How deep a record is looked into: none is deeper.
const MAX_DEPTH: u8 = 8;

/// What the network description says of an event: names that no record carries.
const OF_THE_DESCRIPTION: &[(&str, &str)] = &[
    (
        "network.src",
        "Whose `src_ip` is: `home`, `partner`, or `unknown` where nobody is described as its owner.",
    ),
    (
        "network.src_name",
        "The element or partner that `src_ip` belongs to, by the name that the description gives it.",
    ),
    ("network.dest", "Whose `dest_ip` is."),
    ("network.dest_name", "The element or partner that `dest_ip` belongs to."),
    ("network.calling", "Whose node the calling party address of SCCP names (map, cap, sccp)."),
    ("network.calling_name", "The element or partner of the calling party address."),
    ("network.called", "Whose node the called party address of SCCP names (map, cap, sccp)."),
    ("network.called_name", "The element or partner of the called party address."),
    (
        "network.origin",
        "Whose Diameter node Origin-Host is, or Origin-Realm where there is no host.",
    ),
    ("network.origin_name", "The element or partner of the origin."),
    (
        "network.destination",
        "Whose Diameter node Destination-Host is, or Destination-Realm where there is no host.",
    ),
    ("network.destination_name", "The element or partner of the destination."),
    (
        "network.subscriber",
        "Whose subscriber the IMSI names (map, cap, diameter, gtp, pfcp, tunnel).",
    ),
    ("network.subscriber_name", "The partner whose subscriber it is."),
];

/// A name that a rule may use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// `map.calling.gt.digits`
    pub path: String,
    /// `text`, `number`, `flag`, `object`.
    pub kind: &'static str,
    /// One of several: a rule matches when any of them does.
    pub list: bool,
    /// What the schema says of it.
    pub says: String,
}

/// Every name, and the categories that rules may be for.
#[derive(Clone, Debug)]
pub struct Fields {
    list: Vec<Field>,
}

impl Default for Fields {
    fn default() -> Self {
        Self::new()
    }
}

impl Fields {
    /// Reads the schema of our records.
    pub fn new() -> Self {
        let schema = serde_json::to_value(event::json_schema()).unwrap_or_default();
        let mut list = Vec::new();
        let none = Value::Null;
        let defs = schema.get("$defs").unwrap_or(&none);
        collect(defs, &schema, "", false, 0, &mut list);
        for variant in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            collect(defs, variant, "", false, 0, &mut list);
        }
        list.retain(|field| {
            let first = field.path.split('.').next().unwrap_or_default();
            !OURS.contains(&first)
        });
        list.extend(OF_THE_DESCRIPTION.iter().map(|(path, says)| Field {
            path: (*path).to_owned(),
            kind: "text",
            list: false,
            says: (*says).to_owned(),
        }));
        list.sort();
        list.dedup_by(|a, b| a.path == b.path);
        Self { list }
    }

    /// All names in order.
    pub fn all(&self) -> &[Field] {
        &self.list
    }

    /// The name as a rule for `category` writes it.
    pub fn find(&self, path: &str) -> Option<&Field> {
        let at = self.list.binary_search_by(|field| field.path.as_str().cmp(path)).ok()?;
        self.list.get(at)
    }

    /// Whether an event of the category can have the field: its own, and those that every record has.
    pub fn belongs(path: &str, category: &str) -> bool {
        let first = path.split('.').next().unwrap_or_default();
        first == category || !What::EVENT_TYPES.contains(&first)
    }

    /// The known name that looks most like this one, for the category.
    pub fn nearest(&self, path: &str, category: &str) -> Option<&str> {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let wanted = last(path);
        let candidates = || {
            self.list
                .iter()
                .map(|field| field.path.as_str())
                .filter(|known| Self::belongs(known, category))
        };
        // The right last word under another path is what people mean most often; then a slip of the pen.
        candidates()
            .filter(|known| last(known) == wanted)
            .min_by_key(|known| strsim::osa_distance(known, path))
            .or_else(|| {
                candidates()
                    .map(|known| (strsim::osa_distance(known, path), known))
                    .filter(|(distance, _)| *distance <= 2 + path.len() / 4)
                    .min()
                    .map(|(_, known)| known)
            })
    }
}

/// The categories that a rule may be for.
pub fn categories() -> impl Iterator<Item = &'static str> {
    What::EVENT_TYPES.iter().copied().filter(|kind| !OURS.contains(kind))
}

/// The word of `known` that looks most like `word`.
pub(super) fn nearest_word<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (strsim::osa_distance(known, &word.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, known)| known)
}

fn collect(defs: &Value, node: &Value, path: &str, list: bool, depth: u8, out: &mut Vec<Field>) {
    if MAX_DEPTH <= depth {
        return;
    }
    let Some(properties) = node.get("properties").and_then(Value::as_object) else { return };
    for (name, of) in properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let (shape, is_list) = resolve(defs, of);
        let list = list || is_list;
        let says = [of, shape]
            .iter()
            .find_map(|node| node.get("description").and_then(Value::as_str))
            .unwrap_or_default();
        if shape.get("properties").is_some() {
            collect(defs, shape, &path, list, depth + 1, out);
            if is_list {
                out.push(Field { path, kind: "object", list: true, says: says.into() });
            }
        } else {
            out.push(Field { path, kind: kind(shape), list, says: says.into() });
        }
    }
}

/// The shape behind references, options and lists, and whether a list was among them.
fn resolve<'a>(defs: &'a Value, mut node: &'a Value) -> (&'a Value, bool) {
    let mut list = false;
    for _ in 0..MAX_DEPTH {
        let target = node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| name.rsplit('/').next())
            .and_then(|name| defs.get(name));
        let some = || {
            let options = node.get("anyOf").and_then(Value::as_array)?;
            options.iter().find(|option| option.get("type").is_none_or(|kind| kind != "null"))
        };
        if let Some(next) = target.or_else(some) {
            node = next;
        } else if let Some(items) = node.get("items") {
            list = true;
            node = items;
        } else {
            break;
        }
    }
    (node, list)
}

fn kind(shape: &Value) -> &'static str {
    let is = |wanted: &str| match shape.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
        _ => false,
    };
    if shape.get("type").is_some_and(|kind| kind == "boolean") {
        "flag"
    } else if is("boolean") {
        "flag, may be absent"
    } else if is("integer") || is("number") {
        "number"
    } else {
        "text"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_records_and_of_the_description() {
        let fields = Fields::new();
        for (path, kind, list) in [
            ("map.opcode", "number", false),
            ("map.calling.gt.digits", "text", false),
            ("map.addresses.gt.digits", "text", true),
            ("cap.call.service_key", "number", false),
            ("diameter.request", "flag", false),
            ("gtp.fteids.ip", "text", true),
            ("src_ip", "text", false),
            ("envelope.kind", "text", false),
            ("network.calling", "text", false),
        ] {
            let field = fields.find(path).unwrap_or_else(|| panic!("{path} is missing"));
            assert_eq!((field.kind, field.list), (kind, list), "{path}");
        }
        assert!(fields.find("alert.level").is_none(), "what we say ourselves is no event");
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_field() {
        let fields = Fields::new();
        assert_eq!(fields.nearest("map.opcod", "map"), Some("map.opcode"));
        assert_eq!(fields.nearest("calling.gt.digits", "map"), Some("map.calling.gt.digits"));
        assert_eq!(fields.nearest("map.gt.ssn", "map"), Some("map.called.ssn"));
        assert_eq!(fields.nearest("source_ip", "map"), Some("src_ip"));
        assert_eq!(fields.nearest("completely different", "map"), None);
    }
}
