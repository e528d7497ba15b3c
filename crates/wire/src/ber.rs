//! BER (X.690): tags, lengths, values.
