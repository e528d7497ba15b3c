//! TCAP: transactions, dialogues, components.

use wire::tcap::{self, Code, Kind, Message, Problem};
use wire::{Anomalies, Cursor};

use super::Speaker;

pub(super) fn tcap(say: &mut Speaker, notes: &mut Anomalies, mut cur: Cursor<'_>) {
    let Ok(message) = tcap::dissect(notes, &mut cur) else { return };
    if let Kind::Ansi(_) = message.kind {
        return ansi(say, &message);
    }
    say.say_some("tcap.otid", message.otid.map(hex));
    say.say_some("tcap.dtid", message.dtid.map(hex));
    say.say_some("tcap.p_abortCause", message.abort_cause);
    if let Some(dialogue) = message.dialogue {
        say.say_some("tcap.application_context_name", dialogue.application_context);
        say.say_some("tcap.result", dialogue.result);
        say.say_some("tcap.abort_source", dialogue.abort_source);
    }
    for component in &message.components {
        say.say_some("gsm_old.invokeID", component.invoke_id);
        say.say_some("gsm_old.linkedID", component.linked_id);
        for code in [component.opcode, component.error] {
            say.say_some("gsm_old.localValue", code.and_then(Code::local));
        }
        match component.problem {
            Some(Problem { kind: 0, code, .. }) => say.say("gsm_old.generalProblem", code),
            Some(Problem { kind: 1, code, .. }) => say.say("gsm_old.invokeProblem", code),
            _ => {}
        }
    }
}

fn ansi(say: &mut Speaker, message: &Message<'_>) {
    // Both identities stand in one element.
    let identities = [message.otid, message.dtid].into_iter().flatten();
    say.say("ansi_tcap.identifier", identities.map(hex).collect::<String>());
    say.say_some("ansi_tcap.abortCause", message.abort_cause);
    for component in &message.components {
        match component.opcode {
            Some(Code::Private(code)) => say.say("ansi_tcap.private", code),
            Some(Code::National(code)) => say.say("ansi_tcap.national", code),
            _ => {}
        }
    }
}

/// Octets as hexadecimal digits.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
