//! Protocol configuration options (3GPP TS 24.008 §10.5.6.3), as far as they tell who made them.

use smallvec::SmallVec;

use crate::{Anomalies, Cursor, Flaw, Truncated};

/// PPP protocols that may stand among the options.
const PAP: u16 = 0xc023;
const CHAP: u16 = 0xc223;
const IPCP: u16 = 0x8021;
const LCP: u16 = 0xc021;

/// What the emulator of OpenGGSN and osmo-ggsn sends unless told otherwise.
const PUBLISHED_PEER_ID: &[u8] = b"mig";
const PUBLISHED_PASSWORD: &[u8] = b"hemmelig";

/// The options of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pco {
    /// Protocol and container identifiers, in order.
    pub protocols: SmallVec<[u16; 8]>,
    /// The PAP credentials are the published defaults of a public tool.
    pub published_credentials: bool,
    /// The length of an option disagrees with the packet inside, or with the element around it.
    pub length_mismatch: bool,
}

impl Pco {
    /// More options than this are not listed.
    pub const CAP: usize = 32;

    /// Reads the value of the element. Never fails: what does not fit is noted.
    pub fn read(notes: &mut Anomalies, value: Cursor<'_>) -> Self {
        let mut read = Self::default();
        let mut cur = value;
        // The first octet holds the extension bit and the configuration protocol.
        if cur.u8().is_err() {
            notes.note(value.span(), "gtp.pco", Flaw::Missing);
            return read;
        }
        while !cur.is_empty() {
            let at = cur.span();
            let (Ok(protocol), Ok(len)) = (cur.u16(), cur.u8()) else {
                notes.note(at, "gtp.pco_length", Flaw::Trailing(at.len));
                read.length_mismatch = true;
                break;
            };
            if read.protocols.len() == Self::CAP {
                notes.note(at, "gtp.pco", Flaw::TooMany);
                break;
            }
            read.protocols.push(protocol);
            let (content, whole) = cur.sub(usize::from(len));
            if !whole {
                let missing = usize::from(len).saturating_sub(content.len());
                let missing = crate::cursor::short(missing);
                notes.note(at, "gtp.pco_length", Flaw::Truncated { missing });
                read.length_mismatch = true;
            }
            if matches!(protocol, PAP | CHAP | IPCP | LCP) {
                read.ppp(notes, protocol, len, content);
            }
        }
        read
    }

    /// A PPP packet: code, identifier, length of it all, data (RFC 1661 §5).
    fn ppp(&mut self, notes: &mut Anomalies, protocol: u16, len: u8, content: Cursor<'_>) {
        let mut cur = content;
        let (Ok([code, _]), Ok(inner)) = (cur.array(), cur.u16()) else { return };
        if inner != u16::from(len) {
            let flaw = Flaw::Disagrees { found: u64::from(len), expected: u64::from(inner) };
            notes.note(content.span(), "gtp.pco_length", flaw);
            self.length_mismatch = true;
        }
        if protocol == PAP && code == 1 {
            self.published_credentials |= pap(&mut cur).is_ok_and(|(peer_id, password)| {
                peer_id == PUBLISHED_PEER_ID && password == PUBLISHED_PASSWORD
            });
        }
    }
}

/// Peer id and password of an Authenticate-Request (RFC 1334 §2.2.1); they go no further than the comparison above.
fn pap<'a>(cur: &mut Cursor<'a>) -> Result<(&'a [u8], &'a [u8]), Truncated> {
    let peer_id_len = cur.u8()?;
    let peer_id = cur.take(usize::from(peer_id_len))?;
    let password_len = cur.u8()?;
    Ok((peer_id, cur.take(usize::from(password_len))?))
}
