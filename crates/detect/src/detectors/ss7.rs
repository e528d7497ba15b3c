//! What the detections of MAP and CAP share: the operations and who may send them, on which side of the border a message
//! comes from, and what became of it.

use event::{Event, Map};

use self::outside::Way;

pub(crate) mod answers;
pub(crate) mod operations;
pub(crate) mod outside;

#[cfg(test)]
pub(crate) mod tests_support;

/// `, component 2 of 3`; empty where there is only one.
pub(crate) fn place(map: &Map) -> String {
    match map.component_count {
        0 | 1 => String::new(),
        count => format!(", component {} of {count}", map.component_index.saturating_add(1)),
    }
}

/// Titles, point codes, addresses and subscribers of a message; the sender's first.
pub(crate) fn entities(event: &Event, map: &Map, way: &Way<'_>) -> Vec<String> {
    let mut entities = Vec::new();
    for end in [&way.from, &way.to] {
        if let Some(gt) = end.title().filter(|gt| !gt.digits.is_empty()) {
            entities.push(format!("gt:{}", gt.digits));
        }
        entities.extend(end.code.map(|code| format!("pc:{code}")));
    }
    if event.ends.is_some() {
        entities
            .extend([way.from.ip, way.to.ip].into_iter().flatten().map(|ip| format!("ip:{ip}")));
    }
    entities.extend(map.imsi.map(|imsi| format!("imsi:{imsi}")));
    entities.extend(map.msisdn.map(|msisdn| format!("msisdn:{msisdn}")));
    entities
}
