//! A service between operators that has no business on the interconnect.
//!
//! The roaming exchange carries GTP, signalling, DNS and a few agreed services between nodes made for them. Everything else
//! is management, storage or a shell. Source of the classes: public titles of GSMA IR.34 and IR.88, and CrowdStrike's advice
//! to limit GPRS-facing firewalls to expected protocols.

use event::{Capped, Endpoints, Event, Flow, FlowState, Level, Outcome, Proto, TableCount, What};
use network::{Role, Roles};

use super::sides::{NO_DESCRIPTION, Side, flow_outcome, port_text};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "forbidden-service",
    level: Level::High,
    summary: "A service that has no business on the interconnect",
    needs: "Flows outside tunnels between an address of ours and one of a partner or of nobody; their port, their payload's \
            shape, and whether they were answered.",
    quiet_for: "GTP, DNS, Diameter, SIGTRAN, SIP, BGP, IPsec and ICMP between nodes whose role fits; what a partner's own \
                `services` allow; the management networks; flows inside the home network.",
    description: "The matrix of ports and roles needs [home] networks. Without a description only shapes are judged: what is \
                  not DNS on TCP/53, and SSH on hidden ports.",
    thresholds: "One flow is enough. An attempt without an answer is one level lower, because a firewall may have done its work.",
    stage: Stage::Foothold,
    settings: &[],
    judges: Kinds::FLOW,
    basis: "CrowdStrike on LightBasin (2021); CISA AA25-239A; TS 23.003 Annex D; the port list is a default profile",
    checks: &[
        Check {
            name: "service.forbidden",
            level: Level::High,
            looks_for: "a known management, storage or internal service between operators, by shape before port",
        },
        Check {
            name: "service.unlisted",
            level: Level::Medium,
            looks_for: "a TCP service between operators that no profile of the interconnect names",
        },
        Check {
            name: "role.mismatch",
            level: Level::Medium,
            looks_for: "an interconnect protocol towards an element whose role does not speak it",
        },
        Check {
            name: "role.calls-out",
            level: Level::High,
            looks_for: "a DNS server, gateway or STP of ours that opens a connection which its role never opens",
        },
        Check {
            name: "dns.not-dns",
            level: Level::Medium,
            looks_for: "a TCP/53 stream that is not framed as DNS",
        },
        Check {
            name: "ssh.hidden-port",
            level: Level::Medium,
            looks_for: "SSH on a port above 1000 that ends in 22 (57722 is that of IOS XR), except 2222",
        },
    ],
    attack: &["T1021.004", "T1571", "T1199"],
    fight: &["FGT1071.501", "FGT1036.502", "FGT5016", "FGT1199.501"],
    motif: &["MOT1199.301"],
};

/// Flows that were reported when they opened, so that their end is not a second finding.
const MAX_FLOWS: usize = 8_192;

/// A service by its port or its shape.
struct Service {
    proto: Proto,
    ports: &'static [u16],
    app_proto: &'static str,
    name: &'static str,
    level: Level,
}

const fn tcp(
    ports: &'static [u16],
    app_proto: &'static str,
    name: &'static str,
    level: Level,
) -> Service {
    Service { proto: Proto::Tcp, ports, app_proto, name, level }
}

const fn udp(
    ports: &'static [u16],
    app_proto: &'static str,
    name: &'static str,
    level: Level,
) -> Service {
    Service { proto: Proto::Udp, ports, app_proto, name, level }
}

const fn sctp(ports: &'static [u16], app_proto: &'static str, name: &'static str) -> Service {
    Service { proto: Proto::Sctp, ports, app_proto, name, level: Level::High }
}

/// What is forbidden, with the level once it is answered. An empty `app_proto` has no shape that we know.
const FORBIDDEN: &[Service] = &[
    tcp(&[22, 2222, 830, 57722], "ssh", "SSH", Level::High),
    tcp(&[23], "telnet", "Telnet", Level::High),
    tcp(&[20, 21], "ftp", "FTP", Level::High),
    tcp(&[49], "tacacs", "TACACS+", Level::High),
    tcp(&[80, 8080], "http", "HTTP", Level::High),
    tcp(&[], "http2", "HTTP/2", Level::High),
    udp(&[443], "quic", "QUIC", Level::High),
    tcp(&[443, 8443], "tls", "HTTPS or another TLS service", Level::High),
    tcp(&[389, 636], "ldap", "LDAP", Level::High),
    tcp(&[139, 445], "smb", "SMB", Level::High),
    tcp(&[512, 513, 514], "rlogin", "the r-services", Level::High),
    tcp(&[873], "rsync", "rsync", Level::High),
    tcp(&[1433], "mssql", "SQL Server", Level::High),
    tcp(&[1521], "oracle", "Oracle", Level::High),
    tcp(&[3306], "mysql", "MySQL", Level::High),
    tcp(&[5432], "postgres", "PostgreSQL", Level::High),
    tcp(&[2049], "nfs", "NFS", Level::High),
    tcp(&[2375, 6443, 10250], "", "a container manager", Level::High),
    tcp(&[3389], "rdp", "RDP", Level::High),
    tcp(&[4786], "", "Smart Install", Level::High),
    tcp(&[5900], "vnc", "VNC", Level::High),
    tcp(&[6379], "redis", "Redis", Level::High),
    tcp(&[1080], "socks", "SOCKS", Level::High),
    tcp(&[25, 465, 587], "smtp", "SMTP", Level::Medium),
    tcp(&[2775], "smpp", "SMPP", Level::Medium),
    tcp(&[3386], "", "GTP'", Level::Medium),
    udp(&[161, 162], "snmp", "SNMP", Level::High),
    udp(&[69], "tftp", "TFTP", Level::High),
    udp(&[123], "ntp", "NTP", Level::Medium),
    udp(&[514], "syslog", "syslog", Level::Medium),
    udp(&[1812, 1813, 1645, 1646], "radius", "RADIUS", Level::High),
    udp(&[8805], "pfcp", "PFCP", Level::High),
    udp(&[3386], "", "GTPv0 or GTP'", Level::Medium),
    sctp(&[36412], "s1ap", "S1AP"),
    sctp(&[36422], "x2ap", "X2AP"),
    sctp(&[38412], "ngap", "NGAP"),
    sctp(&[38422], "xnap", "XnAP"),
    sctp(&[29118], "sgsap", "SGsAP"),
    sctp(&[22], "ssh", "SSH over SCTP"),
];

/// What the interconnect is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Gtp,
    Dns,
    Diameter,
    Sigtran,
    Sip,
    Border,
    Icmp,
    Bulk,
}

impl Class {
    const fn name(self) -> &'static str {
        match self {
            Self::Gtp => "GTP",
            Self::Dns => "DNS",
            Self::Diameter => "Diameter",
            Self::Sigtran => "SIGTRAN",
            Self::Sip => "SIP",
            Self::Border => "BGP or IPsec",
            Self::Icmp => "ICMP",
            Self::Bulk => "SCTP",
        }
    }
}

#[derive(Debug)]
pub(crate) struct ForbiddenService {
    reported: Capped<u64, Outcome>,
    outer_flows: bool,
}

impl Default for ForbiddenService {
    fn default() -> Self {
        Self { reported: Capped::new("forbidden-service.reported", MAX_FLOWS), outer_flows: false }
    }
}

/// A check that matched: its name, the service in words, the level once answered, and the line that decided.
struct Match {
    check: &'static str,
    service: String,
    level: Level,
    confidence: f64,
    why: String,
    decided_by: String,
}

impl Detector for ForbiddenService {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Flow(flow) = &event.what else { return };
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        self.outer_flows = true;
        // A new flow has neither shape nor answer; its end says whether it stayed an attempt.
        if flow.state == FlowState::New {
            return;
        }
        let outcome = flow_outcome(ends.proto, flow);
        if flow.state != FlowState::Closed && outcome < Outcome::Answered {
            return;
        }
        if event.flow_id.is_some_and(|id| self.reported.contains(&id)) {
            return;
        }
        let Some(found) = judge(scene, ends, flow) else { return };
        if let Some(id) = event.flow_id.filter(|_| flow.state != FlowState::Closed) {
            self.reported.insert(id, outcome);
        }
        findings.push(finding(scene, event, ends, flow, outcome, found));
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.outer_flows || scene.network.has_home_networks() {
            return Vec::new();
        }
        ["service.forbidden", "service.unlisted", "role.mismatch", "role.calls-out"]
            .into_iter()
            .map(|check| Gap {
                detection: CARD.id,
                check,
                missing: format!("{NO_DESCRIPTION} of the home networks"),
            })
            .collect()
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.reported.count()]
    }
}

fn judge(scene: &Scene, ends: &Endpoints, flow: &Flow) -> Option<Match> {
    let network = &scene.network;
    let (from, to) = (Side::of(network, ends.src_ip), Side::of(network, ends.dest_ip));
    if matches!(from, Side::Management) || matches!(to, Side::Management) {
        return None;
    }
    let crosses = (from.is_foreign() && matches!(to, Side::Home(_)))
        || (to.is_foreign() && matches!(from, Side::Home(_)));
    if network.has_home_networks() && !crosses {
        return None;
    }
    let partner = match (from, to) {
        (Side::Partner(partner), _) | (_, Side::Partner(partner)) => Some(partner),
        _ => None,
    };
    if partner.is_some_and(|partner| network.allowed_service(partner, ends, flow).is_some()) {
        return None;
    }
    let foreign = if from.is_foreign() { from } else { to };
    let decided_by = if !crosses {
        NO_DESCRIPTION.to_owned()
    } else if matches!(foreign, Side::Partner(_)) {
        foreign.cite(network)
    } else if from.element().is_some() {
        from.cite(network)
    } else {
        to.cite(network)
    };
    shape(ends, flow, crosses, &decided_by)
        .or_else(|| if crosses { matrix(ends, flow, from, to, &decided_by) } else { None })
}

/// What a flow's shape gives away, whoever the ends are.
fn shape(ends: &Endpoints, flow: &Flow, crosses: bool, decided_by: &str) -> Option<Match> {
    if ends.proto != Proto::Tcp {
        return None;
    }
    let level = if crosses { Level::High } else { Level::Medium };
    let confidence = if crosses { 0.9 } else { 0.5 };
    let port = ends.dest_port;
    let app = flow.app_proto.as_deref().unwrap_or("");
    if port == 53 && flow.dns_framed == Some(false) && app != "dns" && flow.payload_to_server > 0 {
        let shape = if app.is_empty() { "of no shape that is known" } else { app };
        return Some(Match {
            check: "dns.not-dns",
            service: "a stream that is not DNS on TCP/53".to_owned(),
            level,
            confidence,
            why: format!(
                "the first payload has no length prefix as DNS over TCP has (RFC 1035 §4.2.2); it is {shape}"
            ),
            decided_by: decided_by.to_owned(),
        });
    }
    // 2222 is too common on ordinary hosts.
    let hidden = port > 1000 && port % 100 == 22 && port != 2222;
    if hidden && (app == "ssh" || (crosses && port == 57722 && !flow.midstream)) {
        return Some(Match {
            check: "ssh.hidden-port",
            service: format!("SSH on the hidden port {port}"),
            level,
            confidence,
            why: format!(
                "port {port} is above 1000 and ends in 22, a pattern of intruders on carrier routers"
            ),
            decided_by: decided_by.to_owned(),
        });
    }
    None
}

fn matrix(
    ends: &Endpoints,
    flow: &Flow,
    from: Side<'_>,
    to: Side<'_>,
    decided_by: &str,
) -> Option<Match> {
    let port = ends.dest_port;
    let asked = port_text(ends.proto, flow.ip_proto, port);
    let sepp = |side: Side<'_>| side.roles().has(Role::Sepp);
    let made = |check, service: String, level, confidence, why: String| {
        Some(Match { check, service, level, confidence, why, decided_by: decided_by.to_owned() })
    };

    if let Some(service) = forbidden(ends, flow) {
        let partner = matches!((from, to), (Side::Partner(_), _) | (_, Side::Partner(_)));
        // N32 of 5G roaming runs between security edge proxies.
        if matches!(service.app_proto, "tls" | "http2") && partner && (sepp(from) || sepp(to)) {
            return None;
        }
        let by = match flow.app_proto.as_deref() {
            Some(app) if app == service.app_proto => {
                format!("the payload is {app} by its shape, on {asked}")
            }
            _ => format!("{asked} is the port of {}", service.name),
        };
        return made("service.forbidden", service.name.to_owned(), service.level, 0.9, by);
    }
    if let Some(name) = tunnel(ends.proto, flow.ip_proto) {
        let by = format!("{asked} between {} and {}", ends.src_ip, ends.dest_ip);
        return made("service.forbidden", name.to_owned(), Level::High, 0.85, by);
    }
    let class = class(ends, flow);
    if ends.proto == Proto::Tcp
        && !flow.midstream
        && from.roles().any(ANSWER_ONLY)
        && class.is_none_or(|class| class != Class::Dns && !speaks(from.roles(), class))
    {
        let who = from.name();
        let by =
            format!("{who} opened {asked} to {}; its role opens no such connection", to.name());
        return made("role.calls-out", format!("a connection to {asked}"), Level::High, 0.85, by);
    }
    match class {
        Some(class) => {
            let roles = to.roles();
            if roles.is_empty() || speaks(roles, class) {
                return None;
            }
            let by = format!("{} has no role that speaks {}", to.name(), class.name());
            made("role.mismatch", format!("{} ({asked})", class.name()), Level::Medium, 0.7, by)
        }
        // Media and other negotiated ports are UDP.
        None if ends.proto != Proto::Tcp || flow.midstream => None,
        None => {
            let by = format!("{asked} is on no list of interconnect services");
            made("service.unlisted", format!("a service on {asked}"), Level::Medium, 0.6, by)
        }
    }
}

/// The shape decides before the port: a service that was recognised as something else is not what its port says.
fn forbidden(ends: &Endpoints, flow: &Flow) -> Option<&'static Service> {
    if let Some(app) = flow.app_proto.as_deref()
        && let Some(service) =
            FORBIDDEN.iter().find(|service| service.proto == ends.proto && service.app_proto == app)
    {
        let agreed_tls = app == "tls" && matches!(ends.dest_port, 5061 | 5868 | 3868);
        return (!agreed_tls).then_some(service);
    }
    let by_port = |port: u16| {
        FORBIDDEN
            .iter()
            .find(|service| service.proto == ends.proto && service.ports.contains(&port))
    };
    by_port(ends.dest_port)
        .or_else(|| if flow.midstream { by_port(ends.src_port) } else { None })
        .filter(|_| flow.app_proto.as_deref().is_none_or(|app| class_of_app(app).is_none()))
}

const fn tunnel(proto: Proto, ip_proto: u8) -> Option<&'static str> {
    match (proto, ip_proto) {
        (Proto::Gre, _) | (_, 47) => Some("GRE"),
        (Proto::Other, 4 | 41) => Some("IP in IP"),
        _ => None,
    }
}

fn class_of_app(app: &str) -> Option<Class> {
    match app {
        "gtp" | "gtp-u" | "gtp-c" => Some(Class::Gtp),
        "dns" => Some(Class::Dns),
        "diameter" => Some(Class::Diameter),
        "sip" => Some(Class::Sip),
        "bgp" => Some(Class::Border),
        "m3ua" | "m2pa" | "m2ua" | "sua" => Some(Class::Sigtran),
        _ => None,
    }
}

fn class(ends: &Endpoints, flow: &Flow) -> Option<Class> {
    if let Some(class) = flow.app_proto.as_deref().and_then(class_of_app) {
        return Some(class);
    }
    let by_port = |port: u16| match (ends.proto, port) {
        (Proto::Icmp | Proto::Icmpv6, _) => Some(Class::Icmp),
        (Proto::Udp, 2123 | 2152) => Some(Class::Gtp),
        (Proto::Udp | Proto::Tcp, 53) => Some(Class::Dns),
        (Proto::Tcp | Proto::Sctp, 3868 | 5868) => Some(Class::Diameter),
        (Proto::Sctp, 2904 | 2905 | 3565 | 14001) => Some(Class::Sigtran),
        (Proto::Udp | Proto::Tcp, 5060 | 5061) => Some(Class::Sip),
        (Proto::Tcp, 179) | (Proto::Udp, 500 | 4500 | 3784) | (Proto::Esp, _) => {
            Some(Class::Border)
        }
        (Proto::Udp, 33434..=33534) => Some(Class::Icmp),
        (Proto::Sctp, _) => Some(Class::Bulk),
        _ => None,
    };
    by_port(ends.dest_port)
        .or_else(|| by_port(ends.src_port).filter(|_| flow.midstream || ends.proto == Proto::Udp))
}

/// Whether an element with these roles speaks a class across the border. No role, any class.
fn speaks(roles: Roles, class: Class) -> bool {
    let any = |list: &[Role]| roles.any(list);
    roles.is_empty()
        || any(&[Role::Firewall, Role::Proxy, Role::Sepp])
        || match class {
            Class::Icmp | Class::Border | Class::Bulk => true,
            Class::Gtp => any(&[
                Role::Sgsn,
                Role::Ggsn,
                Role::Sgw,
                Role::Pgw,
                Role::Mme,
                Role::Upf,
                Role::Smf,
                Role::Amf,
            ]),
            Class::Dns => any(&[Role::Dns, Role::SubscriberDns]),
            Class::Diameter => any(&[
                Role::Dra,
                Role::Hss,
                Role::Mme,
                Role::Sgsn,
                Role::Pcrf,
                Role::Ocs,
                Role::Eir,
                Role::Smsc,
                Role::Gmlc,
                Role::Pgw,
                Role::SmsRouter,
            ]),
            Class::Sigtran => any(&[
                Role::Stp,
                Role::Hlr,
                Role::Hss,
                Role::Msc,
                Role::Vlr,
                Role::Smsc,
                Role::SmsRouter,
                Role::Sgsn,
                Role::Ggsn,
                Role::Gmlc,
                Role::Scp,
                Role::Eir,
            ]),
            Class::Sip => any(&[Role::Msc, Role::Proxy]),
        }
}

/// Elements that only answer: their outgoing TCP connections are no part of their work, except to resolve names.
const ANSWER_ONLY: &[Role] = &[
    Role::Dns,
    Role::SubscriberDns,
    Role::Ggsn,
    Role::Pgw,
    Role::Sgsn,
    Role::Sgw,
    Role::Stp,
    Role::Hlr,
    Role::Hss,
];

fn finding(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    flow: &Flow,
    outcome: Outcome,
    found: Match,
) -> Finding {
    let (from, to) =
        (Side::of(&scene.network, ends.src_ip), Side::of(&scene.network, ends.dest_ip));
    let level = match found.level {
        level if outcome >= Outcome::Answered => level,
        Level::High => Level::Medium,
        _ => Level::Low,
    };
    let did = match outcome {
        Outcome::Attempt => "asked, unanswered, for",
        Outcome::Refused => "was refused",
        Outcome::Answered | Outcome::AnsweredWithData => "used",
    };
    let name = |side: Side<'_>, ip: std::net::IpAddr| {
        if scene.network.is_empty() { ip.to_string() } else { format!("{} ({ip})", side.name()) }
    };
    Finding {
        level,
        // One source that asks many hosts for the same is one alert.
        key: format!("{}|{}", ends.src_ip, found.service),
        confidence: found.confidence,
        outcome,
        signature: format!("{} {did} {} at {}", name(from, ends.src_ip), found.service, name(to, ends.dest_ip)),
        why: format!(
            "{}; {} packets there and {} back, {} octets in all",
            found.why,
            flow.packets_to_server,
            flow.packets_to_client,
            flow.bytes_to_server.saturating_add(flow.bytes_to_client)
        ),
        honest_cause: "A service agreed with the partner that its entry in the description does not list yet, a test by the \
                       roaming team, or an address range that is wrong in the description."
            .to_owned(),
        next_step: next_step(from, to, ends, flow),
        decided_by: Some(found.decided_by),
        entities: vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)],
        ..CARD.finding(found.check, event)
    }
}

/// The end that is ours is the one to look at; where nobody's is described, the one that was asked.
fn next_step(from: Side<'_>, to: Side<'_>, ends: &Endpoints, flow: &Flow) -> String {
    let ours = |side: Side<'_>| matches!(side, Side::Home(_) | Side::Management | Side::Subscriber);
    let (src, dest) = (ends.src_ip, ends.dest_ip);
    let port = port_text(ends.proto, flow.ip_proto, ends.dest_port);
    if ours(from) && !ours(to) {
        return format!(
            "On {src} find the process that opens {port} to {dest}, and since when; if nobody can name it, treat that host as \
             the intruder's and close the way to {dest} at the border. If it is agreed, add it to the partner's `services`."
        );
    }
    format!(
        "Ask the owner of {dest} who set this up; if nobody did, close {port} at the border and look for {src} in that host's \
         logs. If it is agreed, add it to the partner's `services`."
    )
}

#[cfg(test)]
#[path = "forbidden_service_tests.rs"]
mod tests;
