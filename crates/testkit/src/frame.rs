//! Encoders, one file per layer. They share nothing with the decoders of the product, so that a mistake in one does not
//! hide in the other.

pub mod ber;
pub mod cap;
pub mod diameter;
pub mod dns;
pub mod envelope;
pub mod gtp;
pub mod gtpv2;
pub mod ip;
pub mod isup;
pub mod link;
pub mod m3ua;
pub mod map;
pub mod pfcp;
pub mod ping;
pub mod sccp;
pub mod sctp;
pub mod ss7;
pub mod ssh;
pub mod sua;
pub mod tcap;
pub mod tls;
pub mod transport;

#[cfg(test)]
mod tests;
