//! SCCP (Q.713).
