//! TCAP (Q.773).
