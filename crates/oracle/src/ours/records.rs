//! What stands in records: the values that users see.

use event::{Event, What};

use super::Speaker;

pub(super) fn event(say: &mut Speaker, event: &Event) {
    match &event.what {
        What::Map(map) => super::map::map(say, map),
        What::Cap(cap) => super::map::cap(say, cap),
        // Version 0 has it in its header, which tshark has under another name.
        What::Gtp(gtp) if 0 < gtp.version => say.say_some("e212.imsi", gtp.imsi),
        What::Diameter(diameter) => say.say_some("e212.imsi", diameter.imsi),
        What::Pfcp(pfcp) => say.say_some("e212.imsi", pfcp.imsi),
        _ => {}
    }
}

/// Records that come when a flow has shown what it is, or ends.
pub(super) fn of_flow(say: &mut Speaker, event: &Event) {
    match &event.what {
        What::Ssh(ssh) => {
            say.say_some("ssh.protocol", ssh.client.as_deref());
            say.say_some("ssh.protocol", ssh.server.as_deref());
            say.say_some("ssh.kex.hassh", ssh.hassh.as_deref());
            say.say_some("ssh.kex.hasshserver", ssh.hassh_server.as_deref());
        }
        What::Flow(flow) => {
            say.say_some("tls.handshake.extensions_server_name", flow.sni.as_deref());
        }
        _ => {}
    }
}
