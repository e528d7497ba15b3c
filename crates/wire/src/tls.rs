//! The opening of TLS: records, ClientHello, server name.
