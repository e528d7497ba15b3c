//! What an argument or a result says besides identities and addresses: what is asked for, where and how a subscriber is, and
//! the headers of texts.
//!
//! Spec: 3GPP TS 29.002 §17.7 (release 17); TS 23.040 §9.2 for the header of a short message; TS 23.003 for cells and areas.

/// Everything is inline: this is made for each component that is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What an interrogation asks for, one bit for each name of [`Self::requested`].
    pub(super) requested: u32,
    /// `numberOfRequestedVectors`
    pub requested_vectors: Option<u8>,
    /// `requestingNodeType`
    pub requesting_node: Option<u8>,
    /// Authentication vectors in a result.
    pub vectors: Option<u8>,
    /// MCC and MNC (TS 23.003 §12.1) of the cell or area of a location, or of the network that asks.
    pub location_plmn: Option<[u8; 3]>,
    pub location_kind: Option<LocationKind>,
    /// Coordinates are there.
    pub geographical: bool,
    /// `ageOfLocationInformation`, minutes.
    pub location_age_min: Option<u32>,
    /// `assumedIdle`, `camelBusy`…
    pub subscriber_state: Option<&'static str>,
    /// Octets of a short message, header and text.
    pub sm_len: Option<u16>,
    /// TP-Message-Type-Indicator, TP-Protocol-Identifier, TP-Data-Coding-Scheme.
    pub tp_mti: Option<u8>,
    pub tp_pid: Option<u8>,
    pub tp_dcs: Option<u8>,
    /// TP-User-Data-Header-Indicator.
    pub tp_udhi: bool,
    /// Octets and coding of a USSD string.
    pub ussd_len: Option<u16>,
    pub ussd_dcs: Option<u8>,
    /// SS-Code (§17.7.5).
    pub ss_code: Option<u8>,
    /// The number that says what the operation is for: `cancellationType`, `locationEstimateType`, `sm-DeliveryOutcome`,
    /// `alertReason`, `interrogationType`…
    pub purpose: Option<u8>,
}

/// How fine a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    Area,
    Cell,
}

impl LocationKind {
    /// `area`, `cell`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Cell => "cell",
        }
    }
}

/// The names of the bits: RequestedInfo, then RequestedSubscriptionInfo (§17.7.1).
const REQUESTED: &[&str] = &["locationInformation"];

impl Details {
    /// What an interrogation asks for, by its ASN.1 names: `locationInformation`, `subscriberState`, `imei`…
    pub fn requested(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bits = self.requested;
        REQUESTED
            .iter()
            .enumerate()
            .filter(move |(bit, _)| bits >> (bit & 31) & 1 != 0)
            .map(|(_, name)| *name)
    }
}
