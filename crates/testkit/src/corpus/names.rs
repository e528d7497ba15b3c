//! Names of the corpus: what resolvers of operators ask one another (TS 23.003 §19.4.2, GSMA IR.67).

use rand::Rng;

use super::{Mill, nodes};
use crate::frame::dns::{self, Data};

/// Names that phones ask for and that no home has.
const WRONG: [&str; 4] = ["internt", "wap", "mms2", "web.example"];

impl Mill<'_> {
    /// Who serves a visitor asks the visitor's home; two homes ask each other about neighbouring areas.
    pub(super) fn lookup(&mut self) {
        let partner = self.tl.rng.random_range(1..4);
        let outbound = self.tl.rng.random_bool(0.6);
        let (asks, home) = if outbound { (partner, 0) } else { (0, partner) };
        let client = (nodes(asks).dns, self.tl.rng.random_range(20_000..60_000));
        let server = (nodes(home).dns, 53);
        let id = self.tl.rng.random();
        let mnc = home + 1;
        let to = nodes(home);
        let gprs = format!("mnc00{mnc}.mcc001.gprs");
        let epc = format!("epc.mnc00{mnc}.mcc001.3gppnetwork.org");
        let naptr = |service, node: String| {
            vec![Data::Naptr { order: 10, flags: "a", service, replacement: node }]
        };
        let (qname, qtype, records) = match self.tl.rng.random_range(0..100) {
            0..40 => (format!("internet.{gprs}"), dns::A, vec![Data::A(to.ggsn)]),
            40..66 => {
                let records = naptr("x-3gpp-pgw:x-s8-gtp", format!("topon.s8.pgw1.node.{epc}"));
                (format!("internet.apn.{epc}"), dns::NAPTR, records)
            }
            66..78 => {
                let (high, low) = (self.tl.rng.random_range(0..3), self.tl.rng.random_range(1..40));
                let name = format!("tac-lb{low:02x}.tac-hb{high:02x}.tac.{epc}");
                let records = naptr("x-3gpp-mme:x-s10", format!("topon.s10.mme1.node.{epc}"));
                (name, dns::NAPTR, records)
            }
            78..82 => {
                let records = naptr("x-3gpp-mme:x-s10", format!("topon.s10.mme1.node.{epc}"));
                (format!("mmec01.mmegi8001.mme.{epc}"), dns::NAPTR, records)
            }
            82..90 => (format!("topon.s8.pgw1.node.{epc}"), dns::A, vec![Data::A(to.pgw)]),
            90..93 => {
                let area = self.tl.rng.random_range(1..20);
                (format!("rac00{area:02x}.lac0001.{gprs}"), dns::A, vec![Data::A(to.sgsn)])
            }
            // An administrator's trace goes by our nodes.
            93..95 => {
                let [a, b, c, d] = to.ggsn.octets();
                let host = Data::Ptr(format!("ggsn1.{gprs}"));
                (format!("{d}.{c}.{b}.{a}.in-addr.arpa"), dns::PTR, vec![host])
            }
            // The gateway has no address of version 6.
            95..97 => (format!("internet.{gprs}"), dns::AAAA, Vec::new()),
            _ => {
                let wrong = WRONG[self.tl.rng.random_range(0..WRONG.len())];
                let name = format!("{wrong}.{gprs}");
                let query = dns::query(id, &name, dns::A, false);
                let answer = dns::answer(id, &name, dns::A, 3, false, &[]);
                return self.ask(client, server, &query, &answer);
            }
        };
        let query = dns::query(id, &qname, qtype, false);
        let answer = dns::answer(id, &qname, qtype, 0, false, &records);
        self.ask(client, server, &query, &answer);
    }
}
